"""Files that can't be read, or are no files proper: told in proportion, and no reason to call the rest unsafe."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import deprived
from tests.support.commands import backup_wizard
from tests.support.quick import sampled
from tests.support.servers import placing
from tests.support.servers.office import Office
from tests.support.terminal import at_a_terminal
from wizard.client import access
from wizard.client.session import Session
from wizard.running import backing_up, record
from wizard.storage import profiles
from wizard.walk.context import WalkContext
from wizard.walk.descriptions import dry_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.secret_service import SecretService
    from wizard.profile import Profile

KINDS = ["rrsync", "daemon", "forced-command", "daemon-over-ssh", "login"]
LETTERS = 20


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "office").mkdir()
    with Office(tmp_path / "office") as running_one:
        running_one.start_sshd()
        running_one.put("/etc/rsyncd.conf", "", mode=0o644)
        running_one.start_daemon()
        yield running_one


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    folder.mkdir()
    for number in range(LETTERS):
        (folder / f"letter {number}").write_text(f"Dear number {number}")
    return folder


def settled(office: Office, kind: str, source: Path, *, delete: bool = False) -> Profile:
    profile = placing.profile_for(office, kind, source, delete=delete, scheme={"allow_delete": delete})
    placing.settle(office, profile)
    return profile


async def as_anybody(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as somebody runs it who may not read everything."""

    async def run() -> subprocess.CompletedProcess[str]:
        return _run([str(Path(sys.executable).with_name("backup-wizard")), *words])

    return await deprived.of(deprived.no_privilege, run)


async def test_who_is_there_may_try_again_or_skip_what_can_t_be_read(office: Office, source: Path) -> None:
    profile = settled(office, "rrsync", source)
    (source / "letter 7").chmod(0)

    async def run() -> tuple[str, int]:
        return at_a_terminal("t\ns\n", "run", profile.name)

    said, code = await deprived.of(deprived.no_privilege, run)
    assert code == 1, said
    assert said.count("s: skip it from now on, t: try again") == 2
    assert "Excluded from now on" in said
    assert profiles.load(profile.name).exclude == (f"{source}/letter 7",)
    ended = await as_anybody("run", profile.name)
    assert ended.returncode == 0, ended.stderr


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("kind", sampled.first(2, KINDS))
async def test_one_unreadable_file_is_one_and_the_backup_counts_as_good(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    profile = settled(office, kind, source)
    (source / "letter 7").chmod(0)
    ended = await as_anybody("run", profile.name)
    assert ended.returncode == 1, ended.stderr
    *before, last = ended.stdout.splitlines()
    assert last.startswith("20 of 21 files and folders backed up; 1 could not be read. 20 new, 0 changed, 0 deleted. ")
    told = "\n".join(before)
    assert f"You don't have permission to read: {source}/letter 7" in told
    assert "send_files" not in told
    assert "differ" not in told
    assert "missing" not in told
    kept = record.read(profile.name)
    assert (kept.result, kept.unread, kept.last_good) == ("done", 1, kept.last)
    assert record.in_words(profile).endswith(", except 1 file that couldn't be read")
    assert office.path(f"{placing.root_of(profile)}/{profile.name}/.backup-complete").exists()
    (source / "letter 7").chmod(0o600)
    assert (await as_anybody("run", profile.name)).returncode == 0
    assert "except" not in record.in_words(profile)


async def test_a_folder_that_hides_most_of_what_there_was_makes_no_good_backup(office: Office, source: Path) -> None:
    profile = settled(office, "rrsync", source)
    shutil.copytree(source, source / "all of it")
    for letter in source.glob("letter *"):
        letter.unlink()
    for number in range(3):
        (source / f"note {number}").write_text("short")
    assert (await as_anybody("run", profile.name)).returncode == 0
    mark = office.path(f"{placing.root_of(profile)}/{profile.name}/.backup-complete")
    left = mark.stat()
    (source / "all of it").chmod(0)
    for _ in range(2):  # nor does the next one that finds as little
        assert (await as_anybody("run", profile.name)).returncode == 1
        assert record.read(profile.name).result == "incomplete"
        assert mark.stat() == left
    (source / "all of it").chmod(0o700)


async def test_what_keeps_anything_from_being_deleted_is_told_in_words(office: Office, source: Path) -> None:
    profile = settled(office, "rrsync", source, delete=True)
    for name in ("closed", "later"):
        (source / name).mkdir()
    (source / "later" / "letter").write_text("Dear Sir")
    assert (await as_anybody("run", profile.name)).returncode == 0
    (source / "later" / "letter").unlink()
    (source / "closed").chmod(0)
    there = office.path(f"{placing.ROOT}/amamac/{source.name}/later/letter")
    told = "Some folders can't be read, so files you deleted here may stay in the backup this time."
    for command in ("dry-run", "run"):
        ended = await as_anybody(command, profile.name)
        assert ended.returncode == 1
        assert told in ended.stdout
        assert "IO error" not in ended.stdout
    assert " 0 deleted. " in ended.stdout.splitlines()[-1]
    assert there.exists()
    (source / "closed").chmod(0o700)
    ended = await as_anybody("run", profile.name)
    assert " 1 deleted. " in ended.stdout.splitlines()[-1]
    assert not there.exists()


async def test_devices_sockets_and_pipes_are_told_in_text_mode(office: Office, source: Path) -> None:
    profile = settled(office, "rrsync", source)
    os.mknod(source / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as listening, Session() as session:
        listening.bind(str(source / "socket"))
        found = await dry_run.look(profile, WalkContext(session))
    told = "\n".join(dry_run.DESCRIPTION.told(profile, found))
    assert f"Skipped, because it is no real file (a device, pipe or socket): {source.name}/null" in told
    assert told.count("Skipped, ") == 1  # a pipe and a socket are backed up as such
    assert "could not be read" not in told
    assert dry_run.DESCRIPTION.is_good(profile, found)


def test_devices_are_told_and_no_problem(office: Office, source: Path) -> None:
    profile = settled(office, "rrsync", source)
    os.mknod(source / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.mkfifo(source / "pipe")
    for command in ("dry-run", "run"):
        ended = backup_wizard(command, profile.name)
        assert ended.exit_code == 0
        assert f"Skipped, because it is no real file (a device, pipe or socket): {source.name}/null" in ended.stdout
    assert "Done. " in ended.stdout.splitlines()[-1]
    told = backup_wizard("run", profile.name, "--json").json
    assert told["problems"] == [
        {"path": f"{source.name}/null", "message": f'skipping non-regular file "{source.name}/null"'}
    ]
    assert stat.S_ISFIFO(office.path(f"{placing.ROOT}/amamac/{source.name}/pipe").stat().st_mode)


@pytest.mark.parametrize("kind", ["rrsync", "forced-command"])
async def test_what_is_not_there_is_missing_and_does_not_differ(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    profile = settled(office, kind, source)
    there = office.path(f"{placing.ROOT}/amamac/{source.name}/letter 7")
    async for event in backing_up.run(profile, access.prepare(profile), pauses=()):
        if isinstance(event, backing_up.Looking):
            there.unlink()
    assert isinstance(event, backing_up.Result)
    assert event.verification
    assert event.verification.missing == (f"{source.name}/letter 7",)
    assert event.verification.differing == event.verification.spoiled == ()
    assert not event.is_good
    told = event.verification.sentence
    assert "1 file is missing on the server: Documents/letter 7. The next backup sends it again." in told
    assert json.loads(json.dumps(event.as_json()))["verified"]["missing"] == [f"{source.name}/letter 7"]


@pytest.mark.parametrize(
    ("kind", "count", "told"),
    sampled.first(
        1,
        [
            ("rrsync", 1, "Checked afterwards: 19 files, chosen at random, are identical on the server."),
            ("rrsync", LETTERS, "Not checked afterwards: all that was compared has changed since."),
            (
                "forced-command",
                1,
                "Checked afterwards: a practice run found nothing left to send but what has changed since.",
            ),
        ],
    ),
)
async def test_what_changes_afterwards_is_not_told_to_be_identical(
    kind: str, count: int, told: str, office: Office, source: Path
) -> None:
    profile = settled(office, kind, source)
    async for event in backing_up.run(profile, access.prepare(profile), pauses=()):
        if isinstance(event, backing_up.Looking):
            for number in range(count):
                (source / f"letter {number}").write_text("Dear all, this is another letter")
    assert isinstance(event, backing_up.Result)
    assert event.verification
    assert (event.is_whole, event.verification.sentence) == (True, told)
