"""A change that somebody began and left holds up a backup that is made by itself, and that is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tests.servers.schedule.test_if_due import if_due, in_this_process
from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from wizard.running import record
from wizard.schedule import desktop
from wizard.storage import state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    import pytest

    from tests.support.servers.office import Office
    from wizard.profile import Profile


def test_what_waits_for_a_change_to_be_finished_says_so(
    office: Office, profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []

    def show(*told: str) -> bool:
        shown.append(": ".join(told))
        return True

    monkeypatch.setattr(desktop, "show", show)
    scheduled.set_up(office, profile)
    assert if_due("amamac", code=0)["whole"]
    steps.record(Walk(profile, Step.DRY_RUN, Step.DRY_RUN))
    assert if_due("amamac", code=0) == {"profile": "amamac", "due": False, "waiting": None}
    scheduled.make_due("amamac")
    assert if_due("amamac", code=75) == {"profile": "amamac", "due": True, "waiting": "setup"}
    assert in_this_process(capsys, monkeypatch) == (75, "Waiting until you finish its setup.\n")
    assert shown == []
    [told] = backup_wizard("status", "amamac", "--json").json["backups"]
    assert (told["waiting"], told["next_due"]) == ("setup", None)
    listed = backup_wizard("list").stdout
    assert "Setup not finished." in listed
    assert "Waiting until you finish its setup (since 20" in " ".join(listed.split())

    long_ago = msgspec.structs.replace(record.read("amamac"), last_good=datetime.now(UTC) - timedelta(days=30))
    state_files.save("amamac", "last-run.json", long_ago)
    for _twice in range(2):  # it is told every other day
        assert in_this_process(capsys, monkeypatch)[0] == 75
    [only] = shown
    assert only.startswith("Backup “amamac” is too old: The last good backup is 30 days old. Waiting until you finish")

    scheduled.finished(profile)
    made = if_due("amamac", code=0)
    assert (made["whole"], made["waiting"]) == (True, None)
    assert backup_wizard("status", "amamac", "--json").json["backups"][0]["waiting"] is None
