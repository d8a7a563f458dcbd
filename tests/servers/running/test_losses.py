"""A source that is gone, or most of whose files are, never empties the backup unasked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.restore.restores import back_up, restore
from tests.support.commands import backup_wizard
from tests.support.data import trees
from tests.support.servers import placing
from tests.support.terminal import at_a_terminal
from wizard.restore import restoring
from wizard.restore.order import Order
from wizard.server import kept_facts

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "daemon", "login"]
# A server of rsync's own and one over ssh stand for the others.
SOME_KINDS = [
    "rrsync",
    "daemon",
    *(pytest.param(kind, marks=pytest.mark.every_case) for kind in KINDS[1:3] + KINDS[4:]),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    fill(folder)
    return folder


def fill(folder: Path, count: int = 20) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"letter {number}").write_text(f"Dear number {number}")


def in_place(office: Office, kind: str, source: Path) -> Path:
    """A backup that deletes, set up and made once; returns its folder on the server."""
    profile = placing.profile_for(office, kind, source, delete=True, scheme={"allow_delete": True})
    placing.settle(office, profile)
    assert backup_wizard("run", profile.name).exit_code == 0
    return office.path(f"{placing.ROOT}/amamac/{source.name}")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_a_source_that_was_emptied_stops_a_run_before_anything_is_deleted(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    there = in_place(office, kind, source)
    before = trees.tree(there)
    for path in source.iterdir():
        path.unlink()
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert f"“{source}” is empty now" in stopped.stderr
    assert "20 of 21 files and folders" in stopped.stderr
    assert "you can fix this" in stopped.stderr
    assert "Nothing was sent or deleted" in stopped.stderr
    assert "Done" not in stopped.stdout
    assert trees.tree(there) == before
    assert backup_wizard("run", "amamac", "--json").exit_code == 1
    assert trees.tree(there) == before


@pytest.mark.parametrize("delete", [True, False])
def test_a_disk_that_is_not_mounted_stops_a_run(delete: bool, office: Office, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "not mounted").write_text("a note for whoever looks")
    profile = placing.profile_for(office, "rrsync", disk, delete=delete, scheme={"allow_delete": True})
    placing.settle(office, profile)
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    fill(office.path(str(disk)))
    there = office.path(f"{placing.ROOT}/amamac/disk")

    def run() -> subprocess.CompletedProcess[str]:
        argv = [str(Path(sys.executable).with_name("backup-wizard")), "run", "amamac"]
        return subprocess.run(office.inside(*argv), stdin=subprocess.DEVNULL, capture_output=True, text=True)

    assert run().returncode == 0
    before = names(there)
    assert len(before) == 20
    office.run("umount", str(disk))
    stopped = run()
    assert stopped.returncode == 1
    assert f"“{disk}” is on another disk than at the last backup" in stopped.stderr
    assert names(there) == before
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    fill(office.path(str(disk)))
    assert run().returncode == 0
    assert names(there) == before


def test_most_of_what_is_kept_is_deleted_only_if_somebody_says_so(office: Office, source: Path) -> None:
    there = in_place(office, "rrsync", source)
    before = names(there)
    for number in range(11):
        (source / f"letter {number}").unlink()
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert "This would delete 11 of 21 files and folders from the backup" in stopped.stderr
    assert names(there) == before
    said, code = at_a_terminal("n\n", "run", "amamac")
    assert "This would delete 11 of 21 files and folders from the backup" in said
    assert code == 1
    assert names(there) == before
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0
    assert "11 deleted" in said.rpartition("Done. ")[2]
    assert names(there) == names(source)


def test_what_is_deleted_every_day_is_deleted_and_named(office: Office, source: Path) -> None:
    there = in_place(office, "rrsync", source)
    for number in range(10):
        (source / f"letter {number}").unlink()
    assert "10 to delete on the server." in backup_wizard("dry-run", "amamac").stdout
    done = backup_wizard("run", "amamac")
    assert done.exit_code == 0
    assert "Done. 11 files and folders: 0 new, 0 changed, 10 deleted. " in done.stdout
    assert names(there) == names(source)
    (source / "letter 19").unlink()
    assert backup_wizard("run", "amamac", "--json").json["deleted"] == 1
    transcripts = sorted((Path(os.environ["XDG_STATE_HOME"]) / "backup-wizard/amamac/transcripts").iterdir())
    assert "10 deleted" in transcripts[-2].read_text().splitlines()[-1]
    assert "1 deleted" in transcripts[-1].read_text().splitlines()[-1]


def test_one_folder_of_several_that_would_lose_most_is_named(office: Office, source: Path, tmp_path: Path) -> None:
    large = tmp_path / "Pictures"
    large.mkdir()
    fill(large, 200)
    (source / "caches").mkdir()
    fill(source / "caches", 100)
    profile = placing.profile_for(
        office, "rrsync", source, delete=True, scheme={"allow_delete": True}, exclude=("caches/",)
    )
    profile = type(profile)(
        **{name: getattr(profile, name) for name in profile.__struct_fields__} | {"folders": (str(source), str(large))}
    )
    placing.settle(office, profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    for number in range(12):
        (source / f"letter {number}").unlink()
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert f"This would delete 12 of 21 files and folders from the backup of “{source}”" in stopped.stderr
    fill(source)
    for number in range(90):
        (large / f"letter {number}").unlink()
    assert backup_wizard("run", "amamac").exit_code == 0


def test_without_deleting_an_empty_source_is_still_told_of(office: Office, source: Path) -> None:
    profile = placing.profile_for(office, "rrsync", source)
    placing.settle(office, profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    for path in source.iterdir():
        path.unlink()
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert f"“{source}” is empty now" in stopped.stderr
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said
    assert backup_wizard("run", "amamac").exit_code == 0  # it was agreed to


def test_where_nothing_can_be_practised_the_files_here_are_counted(office: Office, source: Path) -> None:
    profile = placing.profile_for(office, "forced-command", source, delete=True, scheme={"allow_delete": True})
    placing.settle(office, profile, kept_facts.learn(profile, shell="/usr/bin/rssh"))
    assert backup_wizard("run", "amamac").exit_code == 0
    for number in range(11):
        (source / f"letter {number}").unlink()
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert "This would delete 11 of 21 files and folders from the backup" in stopped.stderr


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_a_backup_that_is_gone_from_the_server_is_begun_anew_only_if_somebody_says_so(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    there = in_place(office, kind, source)
    office.run("sh", "-c", f"rm -r {placing.OWN}/*; rm {placing.OWN}/.backup-*")
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert "Your backup is no longer at /home/amanda/backup/amamac/ on the server" in stopped.stderr
    assert "your admin needs to fix this" in stopped.stderr
    assert "Nothing was sent or deleted" in stopped.stderr
    assert backup_wizard("run", "amamac", "--json").exit_code == 1
    said, code = at_a_terminal("n\n", "run", "amamac")
    assert code == 1, said
    assert not list(office.path(placing.OWN).iterdir())
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said
    assert names(there) == names(source)
    assert backup_wizard("run", "amamac").exit_code == 0


def test_an_older_text_that_opens_the_folder_around_the_backup_is_noticed(office: Office, source: Path) -> None:
    in_place(office, "rrsync", source)
    lines = office.path("/home/amanda/.ssh/authorized_keys").read_text().splitlines()
    key = next(line for line in lines if "ssh-ed25519 " in line).rpartition("ssh-ed25519 ")[2]
    office.authorize(f'restrict,command="rrsync -wo {placing.ROOT}" ssh-ed25519 {key}\n')
    before = trees.tree(office.path(placing.ROOT))
    stopped = backup_wizard("run", "amamac")
    assert stopped.exit_code == 1
    assert "is no longer" in stopped.stderr
    assert "the server may still have an older setup" in stopped.stderr
    assert trees.tree(office.path(placing.ROOT)) == before


def test_what_was_agreed_to_stays_agreed_to_when_more_is_asked(office: Office, source: Path) -> None:
    in_place(office, "rrsync", source)
    office.run("sh", "-c", f"rm -r {placing.OWN}/*; rm {placing.OWN}/.backup-*")
    for path in source.iterdir():
        path.unlink()
    said, code = at_a_terminal("y\ny\n", "run", "amamac")
    assert code == 0, said


async def test_what_a_restore_has_not_put_back_yet_stays_in_the_backup(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "Documents"
    fill(source / "photos")
    fill(source, 30)  # so that the photos are not most of it
    deleting: dict[str, Any] = {"delete": True, "scheme": {"allow_delete": True, "write_only": False}}
    profile = placing.profile_for(office, "rrsync", source, **deleting)
    access = placing.settle(office, profile)
    await back_up(profile, access)
    before = names(source / "photos")
    shutil.rmtree(source / "photos")
    order = Order(("Documents/photos",))
    run = restoring.run(profile, access, order, pauses=())
    async for event in run:
        if isinstance(event, restoring.Comparing):  # all is here, and nothing is in its place
            await run.aclose()
    assert not (source / "photos").exists()
    there = office.path(f"{placing.ROOT}/amamac/Documents/photos")
    ran = backup_wizard("run", profile.name)  # nobody is asked, as by the schedule
    assert ran.exit_code == 1, ran.stdout + ran.stderr
    assert "Finish that restore first" in " ".join(ran.stderr.split())
    assert names(there) == before
    assert (await restore(profile, access, order)).restored == len(before)
    assert names(source / "photos") == before
    await back_up(profile, access)
    assert names(there) == before
