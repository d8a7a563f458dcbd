"""A disk inside a folder that is missing, or empty now, takes nothing out of the backup unasked, however small."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support.data.scheduled import fill
from tests.support.servers import placing
from tests.support.terminal import at_a_terminal
from wizard.profile import Profile
from wizard.running import record, safeguard
from wizard.server import kept_facts
from wizard.storage import profiles, state_files

if TYPE_CHECKING:
    from tests.support.servers.office import Office

_MISSING = "The disk or network folder at “{disk}” isn't there now, but was at the last backup"
_EMPTY = "“{disk}” is empty now, but wasn't at the last backup"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where a disk is mounted: in a folder with many more files than it has."""
    folder = tmp_path / "Documents/My disk"
    folder.mkdir(parents=True)
    fill(folder.parent, 40)
    return folder


def set_up(office: Office, disk: Path, *, kind: str = "rrsync", delete: bool = True, **changes: Any) -> None:
    profile = placing.profile_for(office, kind, disk.parent, delete=delete, scheme={"allow_delete": True}, **changes)
    placing.settle(office, profile, kept_facts.learn(profile, shell="/usr/bin/rssh") if kind != "rrsync" else None)
    mount(office, disk)
    assert run(office).returncode == 0


def mount(office: Office, disk: Path) -> None:
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    fill(office.path(str(disk)), 3)


def run(office: Office) -> subprocess.CompletedProcess[str]:
    argv = [str(Path(sys.executable).with_name("backup-wizard")), "run", "amamac"]
    return subprocess.run(office.inside(*argv), stdin=subprocess.DEVNULL, capture_output=True, text=True)


def stored(office: Office) -> set[str]:
    return set(os.listdir(office.path(f"{placing.OWN}/Documents/My disk")))


def held(office: Office, words: str) -> None:
    before = stored(office)
    assert len(before) == 3
    stopped = run(office)
    assert stopped.returncode == 1, stopped.stdout
    assert words in stopped.stderr
    assert "If a disk or network folder is missing, connect it first." in stopped.stderr
    assert stored(office) == before


@pytest.mark.parametrize("kind", ["rrsync", "forced-command"], ids=["previewed", "not previewed"])
def test_one_that_is_missing_or_empty_stops_a_run(kind: str, office: Office, disk: Path) -> None:
    set_up(office, disk, kind=kind)
    office.run("umount", str(disk))
    held(office, _MISSING.format(disk=disk))
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    held(office, _EMPTY.format(disk=disk))
    fill(office.path(str(disk)), 3)
    assert run(office).returncode == 0
    (office.path(str(disk)) / "letter 0").unlink()
    assert run(office).returncode == 0  # on a disk that is there, people delete what they like
    assert len(stored(office)) == 2


def test_one_that_went_before_the_backup_deletes_is_asked_about_once_it_does(office: Office, disk: Path) -> None:
    set_up(office, disk, delete=False)
    office.run("umount", str(disk))
    assert run(office).returncode == 0
    assert len(stored(office)) == 3
    profiles.save(msgspec.structs.replace(profiles.load("amamac"), delete=True))
    held(office, _MISSING.format(disk=disk))


@pytest.mark.parametrize(
    "changes", [{"one_file_system": True}, {"exclude": ("My disk/",)}], ids=["skipped", "excluded"]
)
def test_one_that_was_not_backed_up_is_no_loss(changes: dict[str, Any], office: Office, disk: Path) -> None:
    set_up(office, disk, **changes)
    office.run("umount", str(disk))
    done = run(office)
    assert done.returncode == 0, done.stderr
    assert "0 deleted" in done.stdout


def test_a_record_from_before_disks_inside_were_kept_stops_nothing(office: Office, disk: Path) -> None:
    set_up(office, disk)
    kept = msgspec.to_builtins(record.read("amamac"))
    for source in kept["sources"].values():
        assert source.pop("inside") == {"My disk": False}
    state_files.save("amamac", "last-run.json", kept)
    office.run("umount", str(disk))
    assert run(office).returncode == 0


def test_one_that_was_backed_up_before_disks_inside_are_skipped_is_a_loss(office: Office, disk: Path) -> None:
    set_up(office, disk)
    profiles.save(msgspec.structs.replace(profiles.load("amamac"), one_file_system=True))
    assert run(office).returncode == 0
    assert len(stored(office)) == 3
    office.run("umount", str(disk))  # from now on, it is a folder like any other
    held(office, _MISSING.format(disk=disk))


def test_who_is_there_is_asked_once(office: Office, disk: Path) -> None:
    set_up(office, disk)
    office.run("umount", str(disk))
    said, code = at_a_terminal("n\n", "run", "amamac")
    assert (code, _MISSING.format(disk=disk) in " ".join(said.split())) == (1, True)
    assert len(stored(office)) == 3
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said
    assert stored(office) == set()
    assert run(office).returncode == 0


def test_one_that_goes_between_two_tries_is_noticed(tmp_path: Path) -> None:
    folder = str(tmp_path)
    profile = Profile(name="amamac", folders=(folder,), delete=True)
    inside = {"disk": False, "disk/inside": False, "empty": True}
    begun = record.Record(sources={folder: msgspec.structs.replace(record.Source.at(folder), inside=inside)})
    assert safeguard.went_away(profile, begun, ()) == [safeguard.Loss(f"{folder}/disk", "went away")]
