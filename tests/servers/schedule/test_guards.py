"""A run that nobody watches never spoils a backup: it stops, says why, and leaves the server as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.running.test_losses import SOME_KINDS
from tests.support.commands import backup_wizard
from tests.support.data import scheduled, trees
from tests.support.data.scheduled import fill
from tests.support.servers import placing
from tests.support.terminal import at_a_terminal
from wizard.client.session import Session
from wizard.commands import transferring
from wizard.running import history, record
from wizard.running.safeguard import AtRisk
from wizard.server import kept_facts

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office

MANY = 120
MOST = 61


def in_place(office: Office, kind: str, source: Path, *, delete: bool = True) -> Path:
    """A backup made once by its schedule; returns its folder on the server."""
    profile = placing.profile_for(office, kind, source, delete=delete, scheme={"allow_delete": delete})
    scheduled.set_up(office, scheduled.with_schedule(profile))
    made = backup_wizard("run", "--if-due")
    assert made.exit_code == 0, made.stderr
    assert [run.by for run in history.read("amamac")] == ["schedule"]
    return office.path(f"{placing.ROOT}/amamac/{source.name}")


def stopped(there: Path, words: str) -> None:
    """See that a run by the schedule stops with these words, kept for whoever looks, and changes nothing there."""
    before = trees.tree(there)
    scheduled.make_due("amamac")
    ran = backup_wizard("run", "--if-due")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert words in ran.stderr
    assert trees.tree(there) == before
    [run] = history.read("amamac")
    assert (run.result, run.by) == ("failed", "schedule")
    assert words in run.why
    assert words in record.read("amamac").why


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_emptied_deleted_and_changed_sources_stop_it(
    kind: str, office: Office, source: Path, secret_service: SecretService
) -> None:
    fill(source, MANY)
    there = in_place(office, kind, source)
    for number in range(MOST):
        (source / f"letter {number}").write_text("encrypted")
    stopped(
        there, f"This would change {MOST} of {MANY} files in the backup. If you didn't change them yourself, malware"
    )
    for number in range(MOST):
        (source / f"letter {number}").unlink()
    stopped(there, f"This would delete {MOST} of {MANY + 1} files and folders from the backup")
    for number in range(MOST, MANY):
        (source / f"letter {number}").unlink()
    stopped(there, f"“{source}” is empty now")


def test_without_deleting_it_looks_first_as_well(office: Office, source: Path) -> None:
    fill(source, MANY)
    there = in_place(office, "rrsync", source, delete=False)
    fill(source, MOST - 1, "changed")
    scheduled.make_due("amamac")
    assert backup_wizard("run", "--if-due").exit_code == 0
    fill(source, MOST, "changed again")
    fill(source, 2 * MANY)  # half of what is sent is new
    fill(source, MOST, "changed again")
    stopped(there, f"This would change {MANY} of {MANY} files in the backup")


def test_most_of_one_folder_s_files_is_enough(office: Office, source: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "Pictures"
    pictures.mkdir()
    fill(pictures, 3 * MANY)
    fill(source, MANY)
    profile = placing.profile_for(office, "rrsync", source)
    profile = msgspec.structs.replace(profile, folders=(str(source), str(pictures)))
    scheduled.set_up(office, scheduled.with_schedule(profile))
    assert backup_wizard("run", "--if-due").exit_code == 0
    fill(source, MOST, "changed")
    fill(pictures, MOST, "changed")
    stopped(office.path(placing.OWN), f"This would change {MOST} of {MANY} files in the backup of “{source}”")


def test_who_is_there_is_asked_and_may_go_on(office: Office, source: Path) -> None:
    fill(source, MANY)
    there = in_place(office, "rrsync", source, delete=False)
    fill(source, MOST, "changed")
    before = trees.tree(there)
    said, code = at_a_terminal("n\n", "run", "amamac")
    assert f"This would change {MOST} of {MANY} files" in " ".join(said.split())
    assert "Open a few of these files first" in " ".join(said.split())
    assert code == 1
    assert trees.tree(there) == before
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said
    assert (there / "letter 0").read_text() == "changed 0"


def test_where_nothing_can_be_practised_the_files_here_tell(office: Office, source: Path) -> None:
    fill(source, MANY)
    profile = scheduled.with_schedule(placing.profile_for(office, "forced-command", source))
    placing.settle(office, profile, kept_facts.learn(profile, shell="/usr/bin/rssh"))
    with Session() as opened:
        assert transferring.run_scheduled(profile, opened).is_whole
        there = office.path(f"{placing.ROOT}/amamac/{source.name}")
        before = trees.tree(there)
        fill(source, 2 * MANY)  # the same letters, and as many new ones
        fill(source, MOST - 2, "changed")
        for number in range(MOST - 2, MANY):
            (source / f"letter {number}").write_text("and these too")
        with pytest.raises(AtRisk) as risk:
            transferring.run_scheduled(profile, opened)
    assert f"This would change {MANY + 1} of {MANY + 1} files in the backup" in str(risk.value)
    assert trees.tree(there) == before


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_a_disk_that_is_not_mounted_stops_it(
    kind: str, office: Office, tmp_path: Path, secret_service: SecretService
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "not mounted").write_text("a note for whoever looks")
    profile = placing.profile_for(office, kind, disk, delete=True, scheme={"allow_delete": True})
    scheduled.set_up(office, scheduled.with_schedule(profile))
    office.run("mount", "-t", "tmpfs", "tmpfs", str(disk))
    fill(office.path(str(disk)), 5)
    there = office.path(f"{placing.ROOT}/amamac/disk")

    def run() -> subprocess.CompletedProcess[str]:
        argv = [str(Path(sys.executable).with_name("backup-wizard")), "run", "--if-due"]
        return subprocess.run(office.inside(*argv), stdin=subprocess.DEVNULL, capture_output=True, text=True)

    first = run()
    assert first.returncode == 0, first.stderr
    before = trees.tree(there)
    assert len(before) == 6
    office.run("umount", str(disk))
    scheduled.make_due("amamac")
    ran = run()
    assert ran.returncode == 1
    assert f"“{disk}” is on another disk than at the last backup" in ran.stderr
    assert trees.tree(there) == before
