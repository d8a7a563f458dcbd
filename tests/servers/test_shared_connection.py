"""One connection for all that a backup asks in a row, and what becomes of it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support import processes
from tests.support.lossy_line import LossyLine, lossy_line
from wizard.client import access
from wizard.client.shared_connection import shared
from wizard.failure import ProgramFailed
from wizard.running import run
from wizard.server import destination
from wizard.server.destination import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.real_sshd import RealSshd


@pytest.fixture
def line(sshd: RealSshd, sample_folder: Path) -> Iterator[LossyLine]:
    with lossy_line(sshd, sample_folder) as line:
        yield line


async def back_up(line: LossyLine) -> None:
    async for _ in run(line.profile, access.prepare(line.profile)):
        pass


async def test_a_backup_signs_in_once_and_leaves_no_connection_behind(line: LossyLine) -> None:
    await back_up(line)
    before = line.gate.connections
    await back_up(line)
    assert line.gate.connections == before + 1
    processes.wait_for_end(processes.naming(line.profile.key_path))


async def test_what_is_asked_once_the_connection_is_lost_makes_one_of_its_own(line: LossyLine) -> None:
    admitted = access.prepare(line.profile)
    async with shared(line.profile, admitted) as over_one:
        assert await destination.holder(line.profile, over_one) is Holder.NOBODY
        assert line.gate.connections == 1
        lost = processes.naming(line.profile.key_path)
        assert len(lost) == 1
        os.kill(lost[0], signal.SIGKILL)
        assert await destination.holder(line.profile, over_one) is Holder.NOBODY
        assert line.gate.connections == 2


async def test_a_connection_that_nobody_is_left_to_end_ends_by_itself(line: LossyLine) -> None:
    async with shared(line.profile, access.prepare(line.profile)) as over_one:
        left = processes.naming(line.profile.key_path)
        assert left
        assert over_one.facts.connection
        over_one.facts.connection.rename(over_one.facts.connection.with_name("out of reach"))
    processes.wait_for_end(left)


async def test_where_a_sockets_place_would_be_too_long_every_question_signs_in(
    line: LossyLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (far_away := tmp_path / ("far away" * 12)).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(far_away))
    admitted = access.prepare(line.profile)
    async with shared(line.profile, admitted) as over_one:
        assert over_one == admitted
    assert not any(far_away.iterdir())


async def test_who_is_not_let_in_hears_why_from_ssh(line: LossyLine) -> None:
    line.sshd.authorized_keys.write_text("")
    with pytest.raises(ProgramFailed) as failure:
        async with shared(line.profile, access.prepare(line.profile)):
            pytest.fail("nobody was let in")
    assert "Permission denied" in failure.value.raw
