"""A run that somebody watches tells how far it is, with what is on the server already counted in."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.network.lossy_line import THE_BACKUP, LossyLine, lossy_line
from wizard.client import access, rsync
from wizard.failure import Failure
from wizard.running import backing_up
from wizard.running.progress_estimate import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd

LARGE = 6_000_000


@pytest.fixture
def line(sshd: RealSshd, tmp_path: Path) -> Iterator[LossyLine]:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a-large").write_bytes(os.urandom(LARGE))
    (source / "b-large").write_bytes(os.urandom(LARGE))
    with lossy_line(sshd, source) as line:
        yield line


async def run(line: LossyLine, *, is_watched: bool) -> list[backing_up.Event]:
    events = backing_up.run(line.profile, access.prepare(line.profile), pauses=(), is_watched=is_watched)
    return [event async for event in events]


async def test_what_is_there_already_counts_in_a_run_that_somebody_watches(line: LossyLine) -> None:
    line.gate.holds[THE_BACKUP] = LARGE + 400_000
    going = asyncio.create_task(run(line, is_watched=True))
    while not (going.done() or (line.backup / line.source.name / "a-large").exists()):
        await asyncio.sleep(0.01)
    line.gate.cut()
    with pytest.raises(Failure):
        await going
    line.gate.release()
    line.sshd.end_sessions()
    told = await run(line, is_watched=True)
    (planned,) = (event for event in told if isinstance(event, backing_up.Planned))
    assert isinstance(told[-1], backing_up.Result)
    assert planned.total == told[-1].report.totals.bytes_total
    assert planned.total - planned.to_send >= LARGE
    last = [event for event in told if isinstance(event, rsync.Progress)][-1]
    assert estimate(last, is_fresh=False, planned=planned).percent == 100
    assert not [event for event in await run(line, is_watched=False) if isinstance(event, backing_up.Planned)]
