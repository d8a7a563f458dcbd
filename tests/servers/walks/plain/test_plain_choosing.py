"""Text mode where backups are there already: which one, and what is to be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.data.profiles import a_profile
from wizard.client.session import Session
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk import plain, steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    import pytest

    from tests.support.plain import Person
    from wizard.server.practice import PracticeServer


def test_a_backup_that_is_there_is_chosen_and_what_is_to_be_done(
    person: Person, said: list[str], server: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.walk.plain.choosing.say", lambda text="": said.append(text))
    backed_up: list[str] = []
    steps.record(Walk(a_profile(), Step.FINISH, Step.FINISH))
    steps.record(Walk(Profile(name="begun", folders=("/x",)), Step.SERVER, Step.SERVER))
    person.answers["Number [1]"] = ["1", "1", "1", "<", "2", "2", "2", "3", "1", "5", "1"]
    person.answers["New name"] = ["amamac", "zebra"]
    person.answers["Forget the backup “zebra”?"] = ["y"]
    person.answers["Type a folder to add it"] = ["EOF"]
    with Session() as session:
        plain.walk(None, session, lambda profile, _session: backed_up.append(profile.name))
    everything = "\n".join(said)
    assert "  1. amamac. Ready for the first backup. Server: files.example.lan." in everything
    assert "  2. begun. Setup not finished. Continue at “Server”." in everything
    assert backed_up == ["amamac"]
    assert "You already have a backup with that name." in everything
    assert "The backup is now called “zebra”." in everything
    assert "has forgotten the backup “zebra”" in everything
    assert profiles.names() == ["amamac"]
    assert "Step 2 of 12: Folders" in everything
