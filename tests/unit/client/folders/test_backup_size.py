"""What will be backed up is counted by the real rsync, on this computer alone."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import subprocess
import tempfile
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from tests.support import processes, programs
from tests.support.fake_failures import put_in_rsyncs_place
from wizard.client.folders import backup_size, exclude_presets
from wizard.client.folders.backup_size import BackupSize
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.profile import Profile
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from pathlib import Path

LISTING = "echo 'cd+++++++++|4096|a/'; echo '>f+++++++++|7|a/b'"


async def _count(profile: Profile) -> BackupSize:
    return [size async for size in backup_size.count(profile)][-1]


def _bare_rsync(*arguments: str) -> str:
    argv = [programs.require("rsync"), "-aHn", "--relative", "--stats", "--no-human-readable", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def _statistic(name: str, printed: str) -> int:
    found = re.search(rf"^{name}: (\d+)", printed, re.MULTILINE)
    assert found
    return int(found[1])


@pytest.mark.parametrize("exclude", [(), ("*.txt", "/sample folder/empty"), ("sub folder/", "-rf", ".*")])
async def test_the_count_is_that_of_bare_rsync(exclude: tuple[str, ...], sample_folder: Path, tmp_path: Path) -> None:
    for name in ("other/sample folder/one.md", "other/left.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 5000)
    (tmp_path / "empty").mkdir()
    bare = _bare_rsync(
        *(f"--exclude={pattern}" for pattern in exclude),
        *("--", f"{tmp_path}/./sample folder/", f"{tmp_path}/./other/sample folder/", f"{tmp_path}/empty/"),
    )
    chosen = (str(sample_folder), str(tmp_path / "other/sample folder"))
    counted = await _count(Profile(name="amamac", folders=chosen, exclude=exclude))
    files, sent = _statistic("Number of files", bare), _statistic("Total transferred file size", bare)
    assert (counted.entries, counted.bytes, counted.unreadable) == (files, sent, ())
    assert sent > 5000


async def test_nothing_is_written_and_nothing_leaves_this_computer(
    tmp_path: Path, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    profile = Profile(name="amamac", folders=(str(sample_folder),), delete=True)
    await _count(profile)
    assert list((tmp_path / "temporary").iterdir()) == []
    command = backup_size.command(profile, tmp_path / "nowhere")
    assert command[-1] == f"{tmp_path}/nowhere/"
    assert "--dry-run" in command
    assert [part for part in command if "ssh" in part or part.startswith("--rsh")] == []


async def test_the_count_grows_and_leaving_ends_rsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_size, "_PAUSE_SECONDS", 0)
    put_in_rsyncs_place(monkeypatch, tmp_path, f"{LISTING}; sleep 1000")
    before = processes.descendants(os.getpid())
    async with aclosing(backup_size.count(Profile(name="amamac", folders=(str(tmp_path),)))) as sizes:
        async for size in sizes:
            if size == BackupSize(2, 7):
                break
        assert processes.descendants(os.getpid()) != before
    assert processes.descendants(os.getpid()) == before


async def test_being_cancelled_ends_rsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_size, "_PAUSE_SECONDS", 0)
    put_in_rsyncs_place(monkeypatch, tmp_path, f"{LISTING}; sleep 1000")
    before = processes.descendants(os.getpid())
    has_begun = asyncio.Event()

    async def count() -> None:
        async for _ in backup_size.count(Profile(name="amamac", folders=(str(tmp_path),))):
            has_begun.set()

    counting = asyncio.create_task(count())
    await has_begun.wait()
    counting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await counting
    assert processes.descendants(os.getpid()) == before


async def test_what_rsync_may_not_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    complaint = f'rsync: [sender] opendir "{tmp_path}/secret" failed: Permission denied (13)'
    statistics = "Number of files: 4 (reg: 1, dir: 3)\nTotal transferred file size: 9 bytes"
    put_in_rsyncs_place(monkeypatch, tmp_path, f"echo '{complaint}' >&2; echo '{statistics}'; exit 23")
    counted = await _count(Profile(name="amamac", folders=(str(tmp_path),)))
    assert counted == BackupSize(4, 9, (f"{tmp_path}/secret",))


async def test_an_rsync_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_rsyncs_place(monkeypatch, tmp_path, "echo 'rsync: out of memory' >&2; exit 22")
    with pytest.raises(ProgramFailed) as failure:
        await _count(Profile(name="amamac", folders=(str(tmp_path),)))
    assert (failure.value.exit_code, failure.value.raw) == (22, "rsync: out of memory\n")


async def test_a_computer_without_rsync_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure) as failure:
        await _count(Profile(name="amamac", folders=(str(tmp_path),)))
    assert failure.value.kind is Kind.NO_RSYNC


async def test_each_pattern_is_told_with_how_many_it_leaves_out(tmp_path: Path) -> None:
    source = tmp_path / "Documents"
    for name in (
        ".cache/a",
        "deep/.cache/b",
        "deep/odd because of pattern x\nname.tmp",
        "one.tmp",
        "Private/c",
        "d [1]",
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    exclude = (".cache/", "*.tmp", f"{source}/Private", "/Documents/d \\[1]", "Private", "Films/", "übel*")
    counted = await _count(Profile(name="amamac", folders=(str(source),), exclude=exclude))
    assert tuple(counted.left_out) == exclude
    assert tuple(one.count for one in counted.left_out.values()) == (2, 2, 1, 1, 0, 0, 0)
    assert counted.entries == 2
    assert exclude_presets.idle(exclude, counted.left_out) == ("Private", "Films/", "übel*")
    assert {path for one in counted.left_out.values() for path in one.paths} == {
        f"{source}/.cache",
        f"{source}/deep/.cache",
        f"{source}/deep/odd because of pattern x\nname.tmp",
        f"{source}/one.tmp",
        f"{source}/Private",
        f"{source}/d [1]",
    }


async def test_a_device_is_skipped_for_root_as_for_others(tmp_path: Path) -> None:
    os.mknod(tmp_path / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.mkfifo(tmp_path / "pipe")
    assert (await _count(Profile(name="amamac", folders=(str(tmp_path),)))).special == 1


async def test_the_server_is_never_asked_for_more_because_of_that(tmp_path: Path) -> None:
    profile = Profile(name="amamac", folders=(str(tmp_path),))
    asked = over_ssh.rsync_options(profile, ClientFacts(known_hosts=tmp_path), Transfer(dry_run=True))
    assert not [one for one in asked if one.startswith("--debug")]
