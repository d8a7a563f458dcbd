"""A schedule makes up at once for a folder that was added, and for a server that nothing was sent to yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.servers.schedule.test_if_due import if_due
from tests.support.data import scheduled
from tests.support.servers import placing
from wizard import backup_states
from wizard.backup_states import State
from wizard.profile import Schedule
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.profile import Profile


def test_a_folder_that_was_added_is_sent_at_once_and_once(office: Office, profile: Profile, tmp_path: Path) -> None:
    weekly = scheduled.set_up(office, scheduled.with_schedule(profile, Schedule(every="weekly")))
    assert if_due("amamac", code=0)["whole"]
    photos = tmp_path / "Photos"
    photos.mkdir()
    scheduled.finished(replace(weekly, folders=(*weekly.folders, str(photos))))
    told = backup_states.of("amamac")
    assert (told.state, told.advice) == (State.INCOMPLETE, "“Photos” isn't backed up yet.")
    assert "Next backup: as soon as possible." in told.sentence
    assert if_due("amamac", code=0)["whole"]
    assert office.path(f"{placing.ROOT}/amamac/Photos").is_dir()
    assert backup_states.of("amamac").state is State.READY
    assert not if_due("amamac", code=0)["due"]


def test_a_server_that_nothing_was_sent_to_has_no_backup(office: Office, profile: Profile) -> None:
    scheduled.set_up(office, profile)
    assert if_due("amamac", code=0)["whole"]
    moved = replace(profile, server=replace(profile.server, host="new-server.example"))
    scheduled.finished(moved)
    told = backup_states.of("amamac")
    assert told.sentence.startswith("Ready for the first backup. Server: new-server.example. Next backup: as soon as")
    profiles.save(profile)
    assert backup_states.of("amamac").sentence.startswith("Backed up. Last good backup: just now")
