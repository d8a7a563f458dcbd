"""The command: what it asks for, says and ends with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.restore.restores import restore
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from wizard.restore import fetching
from wizard.restore.order import Order
from wizard.running import report

if TYPE_CHECKING:
    import pytest

    from tests.support.servers.office import Office

READING: dict[str, Any] = {"scheme": {"write_only": False}}


async def test_files_come_back_by_command(office: Office, home: Path, tmp_path: Path) -> None:
    source = home / "Documents"
    (source / "deep").mkdir(parents=True)
    for name in ("letter.txt", "deep/a", "deep/b", "odd\x1b[31m name"):
        (source / name).write_text(name)
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    before = tree(home)

    practice = backup_wizard("restore", profile.name, "--dry-run")
    assert practice.exit_code == 0, practice.stderr
    assert practice.stdout.startswith("Nothing was written. A restore would put 4 files (")
    assert tree(home) == before
    in_place = backup_wizard("restore", profile.name, "--dry-run", "--in-place", "--json")
    assert (in_place.json["restored"], in_place.json["skipped"], in_place.json["to"]) == (0, 4, None)

    done = backup_wizard("restore", profile.name)
    assert done.exit_code == 0, done.stderr
    (folder,) = home.glob("Restored from amamac *")
    assert f"4 files restored to ~/{folder.name}. Each was compared with the server by content." in " ".join(
        done.stdout.split("\n")
    )
    assert {path.name for path in (folder / "Documents").iterdir()} == {path.name for path in source.iterdir()}
    assert "\x1b" not in done.stdout
    second = backup_wizard("restore", profile.name, "~/Documents/deep/a", "--json")
    assert second.json == {
        "profile": "amamac",
        "version": "latest",
        "to": f"{folder} 2",
        "restored": 1,
        "skipped": 0,
        "bytes": 6,
        "differing": [],
        "problems": [],
        "exit_code": 0,
    }
    assert [path.name for path in (home / f"{folder.name} 2").rglob("*") if path.is_file()] == ["a"]

    (source / "letter.txt").write_text("broken")
    os.utime(source / "letter.txt", (2e9, 2e9))
    kept = backup_wizard("restore", profile.name, "Documents/letter.txt", "--in-place")
    assert kept.exit_code == 0, kept.stderr
    assert "0 files restored to where they came from. 1 file kept as it was." in " ".join(kept.stdout.split("\n"))
    assert "--overwrite" in kept.stdout
    assert (source / "letter.txt").read_text() == "broken"
    mended = backup_wizard("restore", profile.name, source / "letter.txt", "--in-place", "--overwrite", "always")
    assert "1 file restored to where it came from." in mended.stdout, mended.stdout + mended.stderr
    assert (source / "letter.txt").read_text() == "letter.txt"


async def test_what_can_not_be_done_is_said_before_anything_is_written(
    office: Office, home: Path, tmp_path: Path
) -> None:
    source = home / "Documents"
    source.mkdir()
    (source / "letter.txt").write_text("letter")
    (home / "a file").write_text("mine")
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    before = {path: entry for path, entry in tree(home).items() if path != "." and not path.startswith(".")}
    for arguments, exit_code, words in (
        (["--to", source / "new"], 2, "is inside a folder that is backed up"),
        (["--to", home / "a file"], 2, "already exists, and won't be overwritten"),
        (["--to", "/media/no disk/new"], 69, "doesn't exist"),
        (["Documents/missing"], 2, "Documents/missing isn't in the backup"),
        (["/etc/passwd"], 2, "/etc/passwd isn't in the backup"),
        (["--version", "yesterday"], 2, "No older versions of this backup are kept"),
        (["--overwrite", "sometimes"], 2, "--overwrite"),
        (["--to", home, "--in-place"], 2, "--in-place"),
    ):
        ran = backup_wizard("restore", profile.name, *arguments)
        assert ran.exit_code == exit_code, (arguments, ran.stdout, ran.stderr)
        assert words in " ".join(ran.stderr.split("\n")), (arguments, ran.stderr)
        assert {path: one for path, one in tree(home).items() if path != "." and not path.startswith(".")} == before


def test_what_belongs_on_a_disk_that_is_not_connected_is_not_put_on_another(office: Office, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    (disk / "docs").mkdir(parents=True)  # the disk's own folder has that name as well
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    office.path(str(disk / "docs")).mkdir()
    office.path(str(disk / "docs/letter.txt")).write_text("letter")
    profile = placing.profile_for(office, "login", disk / "docs", **READING)
    placing.settle(office, profile)
    assert by_command(office, "run", profile.name).returncode == 0
    assert by_command(office, "restore", profile.name, "--in-place").returncode == 0
    office.run("umount", str(disk))
    for more in ([], ["docs/letter.txt"], ["--dry-run"]):
        ran = by_command(office, "restore", profile.name, *more, "--in-place")
        assert ran.returncode == 69, (more, ran.stdout, ran.stderr)
        told = " ".join(ran.stderr.split())
        assert f"The disk or network folder at {disk} isn't connected" in told, more
        assert "restore into another folder (--to)" in told, more
    assert list(tree(disk)) == [".", "docs"]
    elsewhere = by_command(office, "restore", profile.name, "--to", str(tmp_path / "new"))
    assert elsewhere.returncode == 0, elsewhere.stderr
    assert (tmp_path / "new/docs/letter.txt").read_text() == "letter"


def by_command(office: Office, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the office, where disks can be connected."""
    argv = office.inside(str(Path(sys.executable).with_name("backup-wizard")), *words)
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


async def test_a_key_that_may_not_read_says_so(office: Office, home: Path, tmp_path: Path) -> None:
    (home / "Documents").mkdir()
    profile = placing.profile_for(office, "rrsync", home / "Documents")
    placing.settle(office, profile)
    ran = backup_wizard("restore", profile.name)
    assert ran.exit_code == 69
    assert ran.stderr.startswith("This computer may add to its backup, but not read it — you can fix this — ")
    asked = backup_wizard("restore", profile.name, "--ask")
    assert (asked.exit_code, asked.stdout) == (69, "")
    assert asked.stderr.startswith("A key for reading is kept in your keyring, and this computer has none — you can ")
    assert "ask your admin to copy the files for you" in " ".join(asked.stderr.split())
    assert "“Key” step" not in asked.stderr


async def test_in_place_this_program_s_own_files_stay_as_they_are(office: Office, home: Path) -> None:
    own = (
        ".config/backup-wizard/profiles/other.toml",
        ".local/state/backup-wizard/other/record.json",
        ".ssh/backup-wizard-x",
    )
    for name in (*own, ".ssh/id_rsa", "letter.txt"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("old")
    profile = placing.profile_for(office, "rrsync", home, **READING)
    await report.backup(profile, placing.settle(office, profile))
    for name in (*own, ".ssh/id_rsa", "letter.txt"):
        (home / name).write_text("of today")
    done = backup_wizard("restore", profile.name, "--in-place", "--overwrite", "always", "--json")
    assert (done.exit_code, done.json["restored"]) == (0, 2), done.stdout + done.stderr
    assert {name: (home / name).read_text() for name in own} == dict.fromkeys(own, "of today")
    assert (home / "letter.txt").read_text() == (home / ".ssh/id_rsa").read_text() == "old"


async def test_marks_that_somebody_has_planted_fill_no_disk_and_stop_no_restore(
    office: Office, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_MOST_MARKS", 3)
    monkeypatch.setattr(fetching, "_MOST_BYTES_OF_MARKS", 1 << 20)
    (home / "Documents").mkdir()
    (home / "Documents" / "letter.txt").write_text("letter")
    profile = placing.profile_for(office, "rrsync", home / "Documents", **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    for count, size in ((5, 10), (2, 4 << 20)):
        for number in range(count):
            office.path(f"{placing.OWN}/.backup-complete-{number}").write_bytes(os.urandom(size))
        to = tmp_path / f"{count} marks"
        result = await restore(profile, access, Order(to=str(to)))
        assert (result.restored, result.is_whole) == (1, True), result
        assert (to / "Documents" / "letter.txt").read_text() == "letter"
        for planted in office.path(placing.OWN).glob(".backup-complete-*"):
            planted.unlink()
