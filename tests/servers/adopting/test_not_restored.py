"""Until a new computer has its files back, its backups delete nothing unasked from the backup it took over."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data import scheduled, trees
from tests.support.data.scheduled import fill
from tests.support.servers import placing
from tests.support.servers.office import open_office
from tests.support.terminal import at_a_terminal
from wizard.running import record
from wizard.server import kept_facts, taking_over
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts

WORK, REST = 30, 12
THE_REST = (
    f"This would delete {REST} of {WORK + REST + 2} files and folders from a backup that is older than this setup"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """What the old computer had: a folder of work, and letters beside it."""
    folder = tmp_path / "Documents"
    (folder / "Work").mkdir(parents=True)
    fill(folder / "Work", WORK)
    fill(folder, REST)
    return folder


def taken_over(office: Office, documents: Path, *, delete: bool, kind: str = "rrsync") -> Profile:
    """A backup by a computer that is gone since, taken over by one that has no files yet."""
    profile = placing.profile_for(office, kind, documents, delete=delete, scheme={"allow_delete": True})
    placing.settle(office, profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    shutil.rmtree(paths.config())
    shutil.rmtree(paths.state())
    return profile


def set_up_anew(office: Office, profile: Profile, server: ServerFacts | None = None) -> None:
    access = placing.settle(office, profile, server)
    if not server:  # one that can't tell beforehand can't tell either whose backup it is
        asyncio.run(taking_over.take_over(msgspec.structs.replace(profile, adopting="yes"), access))
    record.note_adopted(profile.name)
    scheduled.finished(profile)


def held(there: Path, words: str) -> None:
    """See that nothing is deleted while nobody is asked, or somebody says no."""
    before = trees.tree(there)
    by_schedule = backup_wizard("run", "--if-due")
    assert (by_schedule.exit_code, by_schedule.stdout) == (1, "")
    assert words in by_schedule.stderr
    assert "Get your files back first" in by_schedule.stderr
    assert "disk or network folder" not in by_schedule.stderr
    said, code = at_a_terminal("n\n", "run", "amamac")
    assert (code, words in " ".join(said.split())) == (1, True)
    assert trees.tree(there) == before


def test_the_rest_stays_until_somebody_agrees(office: Office, documents: Path) -> None:
    profile = scheduled.with_schedule(taken_over(office, documents, delete=True))
    there = office.path(f"{placing.OWN}/Documents")
    for letter in documents.glob("letter *"):  # most of it is restored, and the rest is left for the evening
        letter.unlink()
    set_up_anew(office, profile)
    held(there, THE_REST)
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said
    assert trees.tree(there).keys() == trees.tree(documents).keys()
    (documents / "Work/letter 0").unlink()
    assert backup_wizard("run", "amamac").exit_code == 0  # from now on it is this computer's own backup


def test_so_it_stays_after_it_was_forgotten_here_and_set_up_again_under_its_name(
    office: Office, documents: Path
) -> None:
    profile = placing.profile_for(office, "rrsync", documents, delete=True, scheme={"allow_delete": True})
    placing.settle(office, profile)
    assert backup_wizard("run", "amamac").exit_code == 0
    shutil.rmtree(paths.walk_state("amamac"))
    placing.settle(office, profile)
    scheduled.finished(scheduled.with_schedule(profile))
    (documents / "letter 0").unlink()
    held(office.path(f"{placing.OWN}/Documents"), "This would delete 1 of ")
    assert not record.has_nothing_there(profile)
    said, code = at_a_terminal("y\n", "run", "amamac")
    assert code == 0, said


def test_once_all_is_restored_nobody_is_asked(office: Office, documents: Path) -> None:
    profile = scheduled.with_schedule(taken_over(office, documents, delete=True))
    set_up_anew(office, profile)
    done = backup_wizard("run", "--if-due")
    assert done.exit_code == 0, done.stderr
    (documents / "Work/letter 0").unlink()
    scheduled.make_due("amamac")
    done = backup_wizard("run", "--if-due")
    assert (done.exit_code, "1 deleted" in done.stdout) == (0, True), done.stderr


def test_a_backup_that_deletes_only_later_asks_then(office: Office, documents: Path) -> None:
    profile = scheduled.with_schedule(taken_over(office, documents, delete=False))
    for letter in documents.glob("letter *"):
        letter.unlink()
    set_up_anew(office, profile)
    assert backup_wizard("run", "--if-due").exit_code == 0
    profiles.save(msgspec.structs.replace(profile, delete=True))
    scheduled.make_due("amamac")
    held(office.path(f"{placing.OWN}/Documents"), THE_REST)


def test_a_server_that_cannot_tell_beforehand_is_not_trusted_to(office: Office, documents: Path) -> None:
    profile = scheduled.with_schedule(taken_over(office, documents, delete=True, kind="forced-command"))
    (documents / "letter 0").unlink()
    set_up_anew(office, profile, kept_facts.learn(profile, shell="/usr/bin/rssh"))
    held(office.path(f"{placing.OWN}/Documents"), "can't tell beforehand what a backup would delete")
