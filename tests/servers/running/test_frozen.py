"""A link that freezes: nothing is cut, nothing arrives, and what is tried meanwhile freezes as well."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from tests.support.network.lossy_line import THE_BACKUP, lossy_line
from wizard.client import access, profile_lock
from wizard.failure import Kind
from wizard.running import backing_up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd

LARGE = 6_000_000
IN_THE_FILE = 3_000_000
PAUSES = (0.01, 0.01)
STILL_FROZEN = range(THE_BACKUP + 1, THE_BACKUP + 2 + len(PAUSES))  # one try more than a cut link would be given


async def test_a_link_that_stays_frozen_in_a_big_file_is_tried_again_for_as_long_as_a_run_may_take(
    sshd: RealSshd, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(os.urandom(LARGE))
    with lossy_line(sshd, source) as line:
        line.gate.holds |= {THE_BACKUP: IN_THE_FILE} | dict.fromkeys(STILL_FROZEN, 0)
        prepared = access.prepare(line.profile)
        impatient = msgspec.structs.replace(prepared, facts=msgspec.structs.replace(prepared.facts, timeout=1))
        retried = []
        with profile_lock.alone(line.profile.name, timeout=60) as held:
            async for event in backing_up.run(line.profile, impatient, holding=(held,), pauses=PAUSES):
                if isinstance(event, backing_up.Retry):
                    retried.append(event.trouble.kind)
        assert isinstance(event, backing_up.Result)
        assert event.is_whole
        assert line.differences() == ""
    assert retried[0] is Kind.CONNECTION_CUT
    assert set(retried[1:]) <= {Kind.TIMED_OUT, Kind.HUNG_UP}
    assert len(retried) > len(PAUSES)
