"""Trying the doors that must be shut, without any harm: one visit, one sign-in, each door in turn."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.background import in_background
from wizard.failure import Failure, Kind
from wizard.schemes.doors import HOST_KEY
from wizard.server import facts
from wizard.server.locks.finding import Finding, Verdict, opens_by_password_alone, verdict

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.schemes.base import Refusal
    from wizard.server.locks.visit import Answer, Probe, Visit

__all__ = [
    "ANOTHER_SERVER",
    "Finding",
    "Verdict",
    "check",
    "letter",
    "of_another_server",
    "opens_by_password_alone",
    "refusals",
    "verdict",
]

# What says that the server may be another than the one that was confirmed.
ANOTHER_SERVER = frozenset({Kind.HOST_KEY_CHANGED, Kind.HOST_KEY_TYPE, Kind.RECEIPT_DIFFERS})

# A daemon keeps nobody waiting for another, and takes its time to refuse.
_AT_ONCE = ("daemon", "daemon-over-ssh")


async def check(profile: Profile, access: Access) -> AsyncGenerator[Finding]:
    """Try every door that the scheme says is shut, each told as it becomes known.

    Raises:
        Failure: the sign-in could not be tried.
    """
    from wizard.server.locks import fixes
    from wizard.server.locks.visit import answered

    doors = refusals(profile)
    setup = schemes.of(profile).server_setup(profile, access.facts, facts.known(profile))
    try:
        async with _visit(profile, access) as visit, _begun(doors, visit) as begun:
            for door in doors:
                held, detail = await (begun.get(door.id) or answered(_probe(door), visit))
                yield Finding(door.id, door.title, held, detail, fixes.fix(door, setup) if held is False else "")
    except Failure as failure:
        if failure.kind is not Kind.KEY_UNUSABLE:
            raise
        for door in doors:
            yield Finding(door.id, door.title, None, "Only ssh itself can use this kind of key: not tried.")


def of_another_server(profile: Profile, detail: str, fix: str) -> list[Finding]:
    """What is found where the server is not the one that was confirmed, so that nothing was sent to it."""
    not_tried = "Not tried: nothing is sent to a server that may be another."
    return [
        Finding(door.id, door.title, False, detail, fix)
        if door == HOST_KEY
        else Finding(door.id, door.title, None, not_tried)
        for door in refusals(profile)
    ]


def refusals(profile: Profile) -> tuple[Refusal, ...]:
    """The doors that `check` will try."""
    return schemes.of(profile).must_refuse(profile)


def letter(profile: Profile, findings: Sequence[Finding]) -> str:
    """What to send to the admin about the doors that are open."""
    from wizard.server.locks import fixes

    return fixes.letter(profile, findings)


@contextlib.asynccontextmanager
async def _visit(profile: Profile, access: Access) -> AsyncIterator[Visit]:
    from wizard.server.locks.caller import Caller
    from wizard.server.locks.visit import Visit

    if not schemes.of(profile).uses_ssh:
        yield Visit(profile, None, Caller(profile, access, None))
        return
    from wizard.client.connection import Connection

    connection = await in_background(lambda: Connection.open(profile, access))
    try:
        yield Visit(profile, connection, Caller(profile, access, connection))
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def _begun(doors: Sequence[Refusal], visit: Visit) -> AsyncIterator[dict[str, asyncio.Task[Answer]]]:
    from wizard.server.locks import changing, folder, service
    from wizard.server.locks.visit import answered

    probes = folder.PROBES | changing.PROBES | service.PROBES if visit.profile.scheme.kind in _AT_ONCE else {}
    begun = {door.id: asyncio.create_task(answered(probes[door.id], visit)) for door in doors if door.id in probes}
    try:
        yield begun
    finally:
        for task in begun.values():
            task.cancel()
        await asyncio.gather(*begun.values(), return_exceptions=True)


def _probe(door: Refusal) -> Probe:
    from wizard.server.locks import changing, folder, requests, service, sessions

    probes = sessions.PROBES | requests.PROBES | folder.PROBES | changing.PROBES | service.PROBES
    return probes.get(door.id, _not_tried)


async def _not_tried(visit: Visit) -> Answer:
    return None, "This can't be tried from here."
