"""A real backup that meets trouble: what is not done is never called done, and the next run finishes it."""

from __future__ import annotations

import asyncio
import dataclasses
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import processes
from tests.support.network.lossy_line import THE_BACKUP, LossyLine, lossy_line
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office
from wizard import trouble
from wizard.client import access, profile_lock, rsync
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings
from wizard.running import backing_up, record
from wizard.server import exports
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

LARGE = 6_000_000
SMALL = 2_000
HELD_AT = 3_000_000


@pytest.fixture
def line(sshd: RealSshd, tmp_path: Path) -> Iterator[LossyLine]:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a-large").write_bytes(os.urandom(LARGE))
    for number in range(SMALL):
        (source / f"b-{number:04}-of-those-whose-names-make-the-list-long.txt").write_text(f"{number}\n" * 60)
    with lossy_line(sshd, source) as line:
        yield line


async def run(
    profile: Profile,
    pauses: Sequence[float] = (),
    at: Callable[[backing_up.Event], object] = lambda event: None,
) -> backing_up.Result:
    with profile_lock.alone(profile.name, timeout=60) as held:
        async for event in backing_up.run(profile, access.prepare(profile), holding=(held,), pauses=pauses):
            at(event)
    assert isinstance(event, backing_up.Result)
    return event


async def finish(line: LossyLine) -> None:
    """The next run: all there, both sides equal, and told so."""
    line.sshd.end_sessions()
    result = await run(line.profile)
    assert result.is_whole
    assert line.differences() == ""
    assert record.read(line.profile.name).result == "done"


def at_the_end(event: backing_up.Event) -> bool:
    return isinstance(event, rsync.Progress) and event.to_check == 0


@pytest.mark.parametrize(
    "bytes_passed",
    sampled.first(2, [30_000, 3_000_000, 2_000, 6_400_000]),
    ids=["in the list", "in a file", "before the list", "between files"],
)
async def test_a_connection_that_is_cut_is_told_and_the_next_run_finishes(line: LossyLine, bytes_passed: int) -> None:
    line.gate.cuts[THE_BACKUP] = bytes_passed
    with pytest.raises(Failure) as failure:
        await run(line.profile)
    assert trouble.explain(failure.value, line.profile).kind in {
        Kind.CONNECTION_CUT,
        Kind.HUNG_UP,
        Kind.SERVER_SILENT,  # where ssh had no time for a word
    }, failure.value.raw
    assert line.differences() != ""
    assert record.read(line.profile.name).result == "failed"
    await finish(line)


async def test_a_cut_at_the_very_end_is_told_as_it_is(line: LossyLine) -> None:
    try:
        result = await run(line.profile, at=lambda event: line.gate.cut() if at_the_end(event) else None)
    except Failure as failure:
        assert trouble.explain(failure, line.profile).kind is Kind.CONNECTION_CUT
        assert record.read(line.profile.name).result == "failed"
        await finish(line)
    else:  # rsync was quicker than its own news
        assert result.is_whole
        assert line.differences() == ""


async def test_an_ssh_that_ends_without_a_word_after_all_was_sent_has_lost_its_connection(
    line: LossyLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nssh "$@" || exit\ncase "$*" in *"--server -n"*) ;; *--server*) exit 255 ;; esac\n')
    ssh.chmod(0o755)
    prepare = access.prepare

    def with_that_ssh(profile: Profile) -> access.Access:
        prepared = prepare(profile)
        return msgspec.structs.replace(prepared, facts=msgspec.structs.replace(prepared.facts, ssh=str(ssh)))

    monkeypatch.setattr(access, "prepare", with_that_ssh)
    with pytest.raises(Failure) as failure:
        await run(line.profile)
    assert trouble.explain(failure.value, line.profile).kind is Kind.CONNECTION_CUT, failure.value.raw
    assert record.read(line.profile.name).result == "failed"


async def test_a_dropped_connection_is_tried_again(line: LossyLine) -> None:
    line.gate.cuts[THE_BACKUP] = HELD_AT
    told: list[backing_up.Event] = []
    result = await run(line.profile, (0.2,) * 25, told.append)
    retries = [event for event in told if isinstance(event, backing_up.Retry)]
    assert (retries[0].number, retries[0].trouble.kind) == (2, Kind.CONNECTION_CUT)
    assert result.is_whole
    assert result.tries == len(retries) + 1
    assert line.differences() == ""


async def test_in_a_first_backup_by_a_key_that_may_read_a_large_file_goes_on_where_it_was_cut_off(
    line: LossyLine,
) -> None:
    profile = msgspec.structs.replace(line.profile, scheme=SchemeSettings(write_only=False))
    line.sshd.authorized_keys.write_text(exports.export(profile, access.facts(profile), "authorized-keys"))
    line = dataclasses.replace(line, profile=profile)
    line.gate.cuts[THE_BACKUP] = HELD_AT
    with pytest.raises(Failure):
        await run(line.profile)
    part = line.backup / line.source.name / "a-large"
    while not part.exists():  # the server puts it away once it sees that the sender is gone
        await asyncio.sleep(0.01)
    assert 0 < part.stat().st_size < LARGE
    await finish(line)


@pytest.mark.parametrize(("cut", "pauses", "most"), [(2_000, 2, 30), (30_000, 9, 3)], ids=["in vain", "not in vain"])
async def test_a_connection_that_drops_every_time_is_given_up(
    line: LossyLine, monkeypatch: pytest.MonkeyPatch, cut: int, pauses: int, most: int
) -> None:
    monkeypatch.setattr(backing_up, "_MOST_TRIES", most)
    line.gate.cuts = dict.fromkeys(range(THE_BACKUP, 99), cut)
    told: list[backing_up.Event] = []
    with pytest.raises(Failure):
        await run(line.profile, (0.01,) * pauses, told.append)
    assert [event.number for event in told if isinstance(event, backing_up.Retry)] == [2, 3]


async def while_held(line: LossyLine, act: Callable[[], object]) -> backing_up.Result:
    """A run, to which something happens while it sends the large file."""
    line.gate.holds[THE_BACKUP] = HELD_AT
    going = asyncio.create_task(run(line.profile))
    assert await asyncio.to_thread(line.gate.held.wait, 60)
    act()
    line.gate.release()
    return await going


async def test_an_ssh_that_is_killed_is_told_and_the_next_run_finishes(line: LossyLine) -> None:
    with pytest.raises(Failure) as failure:
        await while_held(line, lambda: kill_all("ssh"))
    assert trouble.explain(failure.value, line.profile).kind is Kind.CONNECTION_CUT
    await finish(line)


def started(line: LossyLine, *by: str) -> subprocess.Popen[str]:
    """`run` as a person starts it, held while it sends the large file."""
    line.gate.holds = dict.fromkeys(range(THE_BACKUP + 1), HELD_AT)  # a command signs in before it measures the link
    command = [*by, str(Path(sys.executable).parent / "backup-wizard"), "run", line.profile.name]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert line.gate.held.wait(60)
    return process


async def test_a_wizard_that_is_killed_leaves_a_lock_that_is_no_obstacle(line: LossyLine) -> None:
    process = started(line)
    process.kill()
    process.communicate()
    assert record.read(line.profile.name).result == "unfinished"
    with paths.lock(line.profile.name).open() as left, pytest.raises(BlockingIOError):
        fcntl.flock(left, fcntl.LOCK_SH | fcntl.LOCK_NB)  # its rsync is still there
    going_on = processes.naming(line.profile.key_path)
    line.gate.release()
    processes.wait_for_end(going_on)
    await finish(line)


async def test_two_runs_of_one_backup_never_overlap(line: LossyLine) -> None:
    first = started(line)
    with pytest.raises(Failure) as failure:
        await run(line.profile)
    assert failure.value.kind is Kind.PROFILE_IN_USE
    line.gate.release()
    said, _ = first.communicate()
    assert first.returncode == 0
    assert "Done. " in said
    assert line.differences() == ""


# As a script's shell starts what it does not wait for.
BEHIND_THE_BACK = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
ENDINGS = [(signal.SIGINT, ()), (signal.SIGTERM, BEHIND_THE_BACK), (signal.SIGTERM, ()), (signal.SIGHUP, ())]


@pytest.mark.parametrize(("number", "by"), sampled.first(2, ENDINGS))
async def test_a_run_that_is_asked_to_end_ends_with_all_it_has_started(
    line: LossyLine, number: int, by: tuple[str, ...]
) -> None:
    process = started(line, *by)
    programs_of_it = [*{*processes.descendants(process.pid), *processes.naming(line.profile.key_path)}]
    assert len(programs_of_it) >= 3  # rsync, its ssh, and the one that keeps the connection
    process.send_signal(number)
    said, complained = process.communicate()
    assert process.returncode == 130
    assert "Stopped before it finished" in complained
    assert "Done" not in said
    processes.wait_for_end(programs_of_it)  # killed by then, which on a busy machine is not yet gone
    line.gate.release()
    await finish(line)


async def test_a_file_that_vanishes_while_it_is_read_is_told_and_no_fault(line: LossyLine) -> None:
    process = started(line)
    gone = max(line.source.iterdir())
    gone.unlink()
    line.gate.release()
    said, complained = process.communicate()
    assert process.returncode == 0, complained
    assert f"Gone during the run: {gone}" in said
    assert said.splitlines()[-1].startswith("Done. ")
    await finish(line)


async def test_files_that_vanish_and_change_while_they_are_read(line: LossyLine) -> None:
    def meddle() -> None:
        *_, gone, changed = sorted(line.source.iterdir())
        gone.unlink()
        changed.write_text("changed meanwhile")
        os.truncate(line.source / "a-large", LARGE // 2)

    result = await while_held(line, meddle)
    assert result.report.exit_code in {23, 24}
    await finish(line)


def kill_all(name: str) -> None:
    """Kill the programs of that name which this process runs."""
    for pid in processes.descendants(os.getpid()):
        if Path(os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0])).name == name:
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "office").mkdir()
    with Office(tmp_path / "office") as running_one:
        running_one.start_sshd()
        yield running_one


async def test_a_server_whose_disk_is_full_is_told_and_the_next_run_finishes(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(40):
        (source / f"{number}").write_bytes(os.urandom(100_000))
    profile = placing.profile_for(office, "rrsync", source)
    placing.settle(office, profile)
    office.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", placing.OWN)
    office.run("chown", f"{ACCOUNT}:", placing.OWN)
    with pytest.raises(Failure) as failure:
        await run(profile)
    # rsync ends its ssh at once, and the server's own words are lost with it more often than not.
    kind = trouble.explain(failure.value, profile).kind
    assert kind in {Kind.SERVER_DISK_FULL, Kind.SERVER_CANT_WRITE}
    assert record.read(profile.name).result == "failed"
    office.run("mount", "-o", "remount,size=20m", placing.OWN)
    assert (await run(profile)).is_whole
    landed = f"{placing.OWN}/{source.name}/"
    assert office.run("rsync", "-naic", "--delete", *placing.stored(profile), f"{source}/", landed) == ""
