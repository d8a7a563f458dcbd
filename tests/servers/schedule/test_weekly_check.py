"""Scheduled backups make the security check and a drill once a week: what they find stops nothing, and is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.servers.running.comparing.test_spoiled import spoil
from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from tests.unit.schedule.desktop_there import desktop
from wizard import backup_states, cli
from wizard.backup_states import State
from wizard.client.keys import secrets
from wizard.restore.drills import drill
from wizard.restore.drills.drill import Drill
from wizard.running import history
from wizard.running.comparing import unchanged, unnoticed
from wizard.schedule import weekly
from wizard.server.locks import checked
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.commands import Ran
    from tests.support.servers.office import Office

_WEEK = 7 * 86_400
_NOT_LOCKED = "Not everything is locked. Run the security check to see what."


def due_after(seconds: int) -> Ran:
    """What the scheduler starts, so long after the last check."""
    scheduled.make_due("amamac")
    file = paths.walk_state("amamac") / "last-check.json"
    past = file.stat().st_mtime - seconds
    os.utime(file, (past, past))
    ran = backup_wizard("run", "--if-due")
    assert ran.exit_code == 0, ran.stderr
    assert [run.result for run in history.read("amamac")] == ["done"]
    return ran


def test_a_check_that_crashes_takes_nothing_from_the_backup(
    office: Office, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def crashes(*_: object) -> None:
        raise ZeroDivisionError

    scheduled.fill(source, 3)
    scheduled.set_up(office, scheduled.with_schedule(placing.profile_for(office, "rrsync", source)))
    checked_at = paths.walk_state("amamac") / "last-check.json"
    os.utime(checked_at, (1, 1))
    monkeypatch.setattr(weekly, "check", crashes)
    monkeypatch.setenv(secrets.UNATTENDED, "")
    assert cli.main(["run", "--if-due"]) == 0
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert [run.result for run in history.read("amamac")] == ["done"]


def test_what_has_become_open_stops_nothing_and_is_told(office: Office, source: Path, session_bus: str) -> None:
    scheduled.fill(source, 3)
    profile = scheduled.with_schedule(placing.profile_for(office, "rrsync", source))
    scheduled.set_up(office, profile)
    keys = office.path(f"/home/{ACCOUNT}/.ssh/authorized_keys")
    keys.write_text(keys.read_text().replace("restrict,", ""))
    with desktop(session_bus) as there:
        assert due_after(_WEEK - 60).stderr == ""  # not a week yet
        assert checked.verdict("amamac") == "locked"
        ran = due_after(_WEEK)
        assert "The server allows this key more than it should: " in ran.stderr
        assert checked.verdict("amamac") == "open"
        [(title, words)] = there.shown
        assert title == "Backup “amamac” needs attention"
        assert "Backups continue." in words
        assert due_after(_WEEK).stderr == ""  # it was told
        assert len(there.shown) == 1
    state = backup_states.of("amamac")
    assert (state.state, state.tested.about_check) == (State.READY, _NOT_LOCKED)
    told = backup_wizard("status")
    assert told.exit_code == 0
    for command in ("status", "list", "show amamac"):
        assert _NOT_LOCKED in " ".join(backup_wizard(*command.split()).stdout.split())
    keys.write_text(keys.read_text().replace('command="', 'restrict,command="'))
    assert due_after(_WEEK).stderr == ""
    assert (checked.verdict("amamac"), backup_states.of("amamac").tested.about_check) == ("locked", "")


def test_what_a_drill_finds_stops_nothing_and_is_told(
    office: Office, source: Path, session_bus: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled.fill(source, 3)
    profile = scheduled.with_schedule(placing.profile_for(office, "rrsync", source))
    scheduled.set_up(office, profile)
    monkeypatch.setenv(secrets.UNATTENDED, "")
    monkeypatch.setattr(unchanged, "pick", lambda *_: [])  # it might find the same
    monkeypatch.setattr(unnoticed, "_touched_since", lambda *_: {})  # or send it: no time has really passed
    with desktop(session_bus) as there:
        assert cli.main(["run", "--if-due"]) == 0
        assert drill.last("amamac") == Drill()  # the backup was set up just now
        os.utime(paths.walk_state("amamac") / "step", (1, 1))
        scheduled.make_due("amamac")
        spoil(office.path(f"{placing.OWN}/{source.name}/letter 1"))
        assert cli.main(["run", "--if-due"]) == 0
        words = "Some files on the server aren't what you have here, or are missing: Documents/letter 1"
        assert words in capsys.readouterr().err
        [(title, told)] = there.shown
        assert title == "Backup “amamac” needs attention"
        assert told.startswith(words)
        assert told.endswith("Run “backup-wizard drill amamac” for the message to your admin.")
        scheduled.make_due("amamac")
        assert cli.main(["run", "--if-due"]) == 0
        assert len(there.shown) == 1  # the next drill is in a week
    found = drill.last("amamac")
    assert (found.how, found.equal, found.differing) == ("checksums", 2, ("Documents/letter 1",))
    assert [run.result for run in history.read("amamac")] == ["done"]
