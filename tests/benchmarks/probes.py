"""All probes of the demo's practice server, against one sign-in there with the real ssh."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.measuring import Row
from wizard import demo
from wizard.client import access
from wizard.client.keys import protected_key
from wizard.client.ssh import program
from wizard.profile import Key
from wizard.server import exports, locks
from wizard.server.reaching import host_trust
from wizard.walk.unattended import keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.access import Access
    from wizard.profile import Profile

_ROUNDS = 5


def rows() -> Iterator[Row]:
    """All the doors of the default scheme, in seconds and in sign-ins."""
    with demo.stage() as stage:
        profile = msgspec.structs.replace(
            stage.profile,
            server=msgspec.structs.replace(stage.profile.server, host_keys=(stage.server.fingerprint,)),
            key=Key(protection="none"),
        )
        probing, signing_in = asyncio.run(_measured(profile, stage))
    yield Row("all probes of an ssh scheme, on loopback", probing, 2.0, " s")
    yield Row("all probes of an ssh scheme against one bare ssh sign-in", probing / signing_in, 14.0)


async def _measured(profile: Profile, stage: demo.Demo) -> tuple[float, float]:
    keep(profile)
    await host_trust.establish(profile)
    protected_key.ensure(profile)
    admitted = access.prepare(profile)
    stage.apply_as_admin(profile, exports.export(profile, admitted.facts, "authorized-keys", stage.server_facts))
    pairs = [(await _probing(profile, admitted), await _signing_in(profile, admitted)) for _ in range(_ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


async def _probing(profile: Profile, admitted: Access) -> float:
    began = time.perf_counter()
    async with aclosing(locks.check(profile, admitted)) as findings:
        assert locks.verdict([finding async for finding in findings]) == "locked"
    return time.perf_counter() - began


async def _signing_in(profile: Profile, admitted: Access) -> float:
    began = time.perf_counter()
    assert program.is_let_in(await program.run(profile, admitted, ("true",)))
    return time.perf_counter() - began
