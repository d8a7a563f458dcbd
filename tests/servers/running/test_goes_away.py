"""A disk or folder that goes away while a backup runs takes nothing out of the backup, and nobody is told "Done"."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes, programs
from tests.support.data import trees
from tests.support.network.gate import Gate
from tests.support.network.lossy_line import THE_BACKUP, lossy_line
from tests.support.quick import sampled
from tests.support.servers import old_rsync, placing
from wizard.client import access
from wizard.running import backing_up, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers.office import Office
    from tests.support.servers.real_sshd import RealSshd

NEW, SIZE = 10, 10_000  # in each new folder
HELD_AFTER = 1_000_000  # bytes, which nothing but the new files come to
FOLDERS = 40

# As on a real line. Otherwise all would be in this computer's own buffers before anything can go away.
_SLOWLY = '#!/bin/sh\nexec "{rsync}" --bwlimit=1500 "$@"\n'

_GOES_AFTER_DRY_RUN = """#!/bin/sh
"{rsync}" "$@"
code=$?
case "$*" in *--dry-run*Documents*) umount --lazy "{disk}" ;; esac
exit $code
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Documents"
    made.mkdir()
    return made


@pytest.fixture
def version(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", old_rsync.MACHINE))


@pytest.fixture
def gate(office: Office, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """In front of the server, for a computer with that rsync."""
    there = tmp_path / "programs"
    there.mkdir()
    is_old = version != old_rsync.MACHINE
    rsync = old_rsync.put_client(version, there / "old") if is_old else programs.require("rsync")
    (there / "rsync").write_text(_SLOWLY.format(rsync=rsync))
    (there / "rsync").chmod(0o755)
    monkeypatch.setenv("PATH", str(there), prepend=os.pathsep)
    with Gate(office.port) as opened:
        yield opened


def set_up(office: Office, gate: Gate, folder: Path, full: Path, new: Path) -> None:
    """A backup of the folder, made once, with many files in `full`; those in `new` are new since then."""
    profile = placing.profile_for(office, "login", folder, delete=True, scheme={"allow_delete": True})
    placing.settle(office, placing.at_port(profile, gate.port))
    for number in range(FOLDERS):
        fill(office.path(f"{full}/folder {number:02}"), 1, b"")
    first = begin(office)
    assert first.communicate(timeout=120)[1] == ""
    assert first.returncode == 0
    for number in range(30):
        fill(office.path(f"{new}/a new {number:02}"), NEW, os.urandom(SIZE))
    gate.holds.update(dict.fromkeys(range(100), HELD_AFTER))


def fill(folder: Path, count: int, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"letter {number}").write_bytes(content)


def begin(office: Office) -> subprocess.Popen[str]:
    argv = [str(Path(sys.executable).with_name("backup-wizard")), "run", "amamac"]
    pipe = subprocess.PIPE
    return subprocess.Popen(office.inside(*argv), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def goes_away(office: Office, gate: Gate, lost: Path, *argv: str, stops: bool) -> set[str]:
    """What is gone from the backup once this was done to its folder on the way, which has to end the run.

    Where rsync `stops` before that, it can't tell of it.
    """
    there = office.path(f"{placing.OWN}/Documents")
    before, kept = set(trees.tree(there)), record.read("amamac")
    assert len(before) > FOLDERS
    daemons, running = rsyncs(office), begin(office)
    try:
        assert gate.held.wait(60)
        here = rsyncs(office).intersection(processes.descendants(running.pid))
        at_server = list(rsyncs(office) - here - daemons)
        assert at_server
        assert here or not stops
        for pid in here if stops else ():
            os.kill(pid, signal.SIGSTOP)
        office.run(*argv)
        if not stops:
            gate.release()
        said, complained = running.communicate(timeout=60)
    finally:
        processes.end(running)
    gate.release()
    processes.wait_for_end(at_server)
    assert running.returncode == 1
    assert "Done" not in said
    assert f"“{lost}” went away during this backup" in complained
    assert "Nothing was sent or deleted" not in complained
    assert (record.read("amamac").result, record.read("amamac").last_good) == ("failed", kept.last_good)
    return before - set(trees.tree(there))


def rsyncs(office: Office) -> set[int]:
    """All that run in the office: on both sides."""
    found, ours = set(), (office.path("/").parent / "ns/mnt").readlink()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "comm").read_text() == "rsync\n" and (entry / "ns/mnt").readlink() == ours:
                found.add(int(entry.name))
    return found


def test_a_disk_inside(office: Office, gate: Gate, folder: Path) -> None:
    disk = folder / "the disk"
    disk.mkdir()
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    set_up(office, gate, folder, disk, folder / "a new folder")
    assert goes_away(office, gate, disk, "umount", "--lazy", str(disk), stops=True) == set()


def test_the_disk_that_the_folder_is_on(office: Office, gate: Gate, folder: Path) -> None:
    office.run("mount", "-t", "tmpfs", "tmpfs", str(folder))
    set_up(office, gate, folder, folder, folder / "a new folder")
    assert goes_away(office, gate, folder, "umount", "--lazy", str(folder), stops=True) == set()


@pytest.mark.parametrize("is_inside", sampled.first(1, [True, False]))
def test_a_disk_that_goes_while_the_run_looks_ahead(
    is_inside: bool, office: Office, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = folder / "the disk" if is_inside else folder
    disk.mkdir(exist_ok=True)
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    placing.settle(office, placing.profile_for(office, "login", folder, delete=True, scheme={"allow_delete": True}))
    for number in range(FOLDERS):
        fill(office.path(f"{disk}/folder {number:02}"), 1, b"")
    assert begin(office).wait(120) == 0
    there = office.path(f"{placing.OWN}/Documents")
    before = trees.tree(there)
    (tmp_path / "rsync").write_text(_GOES_AFTER_DRY_RUN.format(rsync=programs.require("rsync"), disk=disk))
    (tmp_path / "rsync").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    running = begin(office)
    complained = running.communicate(timeout=120)[1]
    assert running.returncode == 1
    assert f"“{disk}” went away during this backup" in complained
    assert trees.tree(there) == before


# No disk goes, so it is noticed by what rsync says, and what the server has been told by then is deleted there. A newer
# rsync keeps the folder itself open, and reads it all the same.
@pytest.mark.parametrize("version", sampled.first(1, ["3.4.1", "3.1.3"]), indirect=True)
def test_the_folder_itself(office: Office, gate: Gate, folder: Path) -> None:
    set_up(office, gate, folder, folder, folder / "a new folder")
    goes_away(office, gate, folder, "mv", str(folder), f"{folder} elsewhere", stops=False)


async def test_between_two_tries_it_is_told_as_what_came_in_the_middle(sshd: RealSshd, folder: Path) -> None:
    fill(folder, 20, os.urandom(SIZE * 10))
    with lossy_line(sshd, folder) as line:
        line.gate.cuts[THE_BACKUP] = HELD_AFTER
        run = backing_up.run(line.profile, access.prepare(line.profile), pauses=(0.1,) * 25)
        with pytest.raises(backing_up.AtRisk) as stopped:
            async for event in run:
                if isinstance(event, backing_up.Retry):
                    for one in folder.iterdir():
                        one.unlink()
    assert str(stopped.value).endswith(f"“{folder}” went away during this backup")
    assert "Nothing was sent" not in stopped.value.advice
