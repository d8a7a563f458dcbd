"""One connection for all that a backup asks in a row, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support import processes
from tests.support.network.lossy_line import LossyLine, lossy_line
from wizard.client import access
from wizard.client.session import Session
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.running.backing_up import run
from wizard.server import destination
from wizard.server.destination import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd


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


async def test_a_sign_in_that_has_begun_is_the_one_that_is_used_but_once(line: LossyLine) -> None:
    with Session() as session:
        session.sign_in_ahead(line.profile)
        admitted = await session.access(line.profile)
        for connections in (1, 2):
            async with shared(line.profile, admitted) as over_one:
                assert await destination.holder(line.profile, over_one) is Holder.NOBODY
            assert line.gate.connections == connections
    processes.wait_for_end(processes.naming(line.profile.key_path))


@pytest.mark.parametrize("held_at", [1, 1 << 60], ids=["begun", "done"])
def test_a_sign_in_that_nobody_uses_ends_with_the_session(line: LossyLine, held_at: int) -> None:
    line.gate.holds[0] = held_at
    with Session() as session:
        session.sign_in_ahead(line.profile)
        begun = asyncio.run(session.access(line.profile)).signing_in
        assert begun
        if held_at == 1:
            assert line.gate.held.wait(60)
        else:
            assert begun.wait() == 0
        going_on = processes.naming(line.profile.key_path)
        assert going_on
    assert not processes.naming(line.profile.key_path)


# The program at the moment when ssh has begun to sign in, and the rest is still to be read.
AT_ONCE = """
import sys, threading, types
from wizard import cli
waiting = types.ModuleType("wizard.commands.transferring")
waiting.dry_run = waiting.run = lambda *_, **__: print("reading", flush=True) or threading.Event().wait()
sys.modules[waiting.__name__] = waiting
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["dry-run", "run"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_at_once_ends_its_sign_in(
    line: LossyLine, monkeypatch: pytest.MonkeyPatch, command: str, number: int
) -> None:
    line.gate.holds[0] = 1
    argv = [sys.executable, "-c", AT_ONCE, command, line.profile.name]
    with tempfile.TemporaryDirectory() as temporary:  # pytest's own are too long for a socket
        monkeypatch.setenv("TMPDIR", temporary)
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert process.stdout
            assert process.stdout.readline() == "reading\n"
            assert line.gate.held.wait(60)
            signing_in = processes.naming(line.profile.key_path)
            process.send_signal(number)
            assert process.wait() == 130
            assert signing_in
            assert not processes.naming(line.profile.key_path)
            assert not os.listdir(temporary)
        finally:
            processes.end(process)


def test_nothing_is_begun_where_a_command_is_to_be_compared_with_its_line_before(line: LossyLine) -> None:
    profile = replace(line.profile, scheme=replace(line.profile.scheme, kind="forced-command"))
    with Session() as session:
        session.sign_in_ahead(profile)
        assert not processes.naming(line.profile.key_path)


def test_what_is_in_the_way_of_a_sign_in_is_told_when_it_is_asked_for(line: LossyLine) -> None:
    line.profile.key_path.unlink()
    with Session() as session:
        session.sign_in_ahead(line.profile)
        with pytest.raises(Failure) as failure:
            asyncio.run(session.access(line.profile))
    assert failure.value.kind is Kind.KEY_MISSING


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
