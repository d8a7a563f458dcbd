"""What the system's scheduler starts: it makes what is due, waits where it has to, and asks nobody."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from tests.support.network.gate import Gate
from tests.support.secret_service import heard
from tests.support.secret_service import secret_service as run_secret_service
from tests.support.servers import placing
from tests.support.servers.office import free_port
from wizard import cli
from wizard.client import profile_lock
from wizard.client.keys import askpass, key_files, keyring_lock, secrets
from wizard.client.keys.secrets import Secret
from wizard.client.rsync import Totals
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Key, Schedule
from wizard.running import history, record
from wizard.schedule import conditions, desktop, waiting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.profile import Profile


def if_due(*arguments: str, code: int) -> Any:
    ran = backup_wizard("run", *arguments, "--if-due", "--json")
    assert ran.exit_code == code, ran.stderr
    return ran.json


def in_this_process(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setenv(secrets.UNATTENDED, "")
    code = cli.main(["run", "amamac", "--if-due"])
    return code, capsys.readouterr().out


def test_it_is_made_when_it_is_due_and_not_before(office: Office, profile: Profile) -> None:
    scheduled.set_up(office, profile)
    made = if_due("amamac", code=0)
    assert (made["due"], made["waiting"], made["whole"], made["new"]) == (True, None, True, 4)
    assert if_due("amamac", code=0) == {"profile": "amamac", "due": False, "waiting": None}
    scheduled.make_due("amamac")
    assert if_due(code=0)["backups"][0]["due"]
    assert if_due(code=0) == {"backups": [{"profile": "amamac", "due": False, "waiting": None}]}
    [run] = history.read("amamac")
    assert (run.result, run.by, run.files, run.new) == ("done", "schedule", 4, 0)


@pytest.mark.parametrize("schedule", [Schedule(), scheduled.HOURLY])
def test_what_has_no_schedule_or_is_not_set_up_is_never_made(
    office: Office, profile: Profile, schedule: Schedule
) -> None:
    placing.settle(office, scheduled.with_schedule(profile, schedule))
    if schedule.every == "off":
        scheduled.finished(scheduled.with_schedule(profile, schedule))
    assert if_due("amamac", code=0) == {"profile": "amamac", "due": False, "waiting": None}
    assert if_due(code=0) == {"backups": []}
    assert record.read("amamac") == record.Record()


def test_what_the_last_run_did_to_most_of_the_backup_is_told_with_the_next(
    office: Office, profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(desktop, "show", lambda *told: shown.append(": ".join(told)))
    scheduled.set_up(office, profile)
    history.note("amamac", datetime(2026, 11, 24, tzinfo=UTC), "person", "done", Totals(files=90, changed=60))
    monkeypatch.setenv(secrets.UNATTENDED, "")
    assert cli.main(["run", "amamac", "--if-due"]) == 0
    assert "changed or deleted 60 of 90 files and folders." in capsys.readouterr().err
    [told] = shown
    assert told.startswith("Backup “amamac” needs attention: The backup of 2026-11-2")
    scheduled.make_due("amamac")
    assert cli.main(["run", "amamac", "--if-due"]) == 0
    assert (capsys.readouterr().err, len(shown)) == ("", 1)


def test_two_are_due_and_one_fails(office: Office, profile: Profile) -> None:
    scheduled.finished(msgspec.structs.replace(profile, name="a-first"))  # its key is gone
    scheduled.set_up(office, profile)
    ran = backup_wizard("run", "--if-due")
    assert ran.exit_code == 69
    assert "a-first: " in ran.stderr
    assert "There is no key" in ran.stderr
    assert "amamac: " in ran.stdout
    assert "Done. 4 files and folders" in ran.stdout
    [failed] = history.read("a-first")
    assert (failed.result, failed.by) == ("failed", "schedule")
    assert "There is no key" in failed.why
    told = if_due(code=0)["backups"]  # too soon after the failure
    assert [(one["profile"], one["due"]) for one in told] == [("a-first", False), ("amamac", False)]


def test_a_crash_of_one_is_told_and_the_next_is_made(
    office: Office, profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled.finished(msgspec.structs.replace(profile, name="a-first"))
    scheduled.set_up(office, profile)
    hold = Session.hold

    def crashes(self: Session, name: str, *, timeout: float = 0.0) -> int:
        if name == "a-first":
            raise ZeroDivisionError
        hold(self, name, timeout=timeout)
        raise Failure(Kind.PROFILE_IN_USE, name)

    monkeypatch.setattr(Session, "hold", crashes)
    monkeypatch.setenv(secrets.UNATTENDED, "")
    assert cli.main(["run", "--if-due"]) == 70
    assert "amamac: Waiting until another program has finished with it." in capsys.readouterr().out
    assert [run.result for run in history.read("a-first")] == ["failed"]


def test_a_run_by_hand_meanwhile_is_waited_for(office: Office, profile: Profile) -> None:
    scheduled.set_up(office, profile)
    with profile_lock.alone("amamac"):
        assert if_due("amamac", code=75)["waiting"] == "busy"
        first = waiting.read("amamac")
        assert first
        assert first.reason == "busy"
        assert if_due(code=75)["backups"] == [{"profile": "amamac", "due": True, "waiting": "busy"}]
        assert waiting.read("amamac") == first
    assert backup_wizard("run", "amamac").exit_code == 0
    assert waiting.read("amamac") is None
    assert [run.by for run in history.read("amamac")] == ["person"]
    assert not if_due("amamac", code=0)["due"]


def test_one_that_was_made_while_it_was_waited_for_is_not_made_again(
    office: Office, profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled.set_up(office, profile)
    hold = Session.hold

    def made_first(self: Session, name: str, *, timeout: float = 0.0) -> int:
        assert backup_wizard("run", name).exit_code == 0
        return hold(self, name, timeout=timeout)

    monkeypatch.setattr(Session, "hold", made_first)
    assert in_this_process(capsys, monkeypatch) == (0, "")
    assert len(history.read("amamac")) == 1


def test_on_battery_it_waits_unless_that_is_allowed(
    office: Office,
    profile: Profile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scheduled.set_up(office, profile)
    battery = tmp_path / "power/BAT0"
    battery.mkdir(parents=True)
    (battery / "type").write_text("Battery\n")
    (battery / "status").write_text("Discharging\n")
    monkeypatch.setattr(conditions, "POWER_SUPPLIES", battery.parent)
    code, said = in_this_process(capsys, monkeypatch)
    assert code == 75
    assert "Waiting until this computer is plugged in." in said
    found = waiting.read("amamac")
    assert found
    assert found.reason == "battery"
    assert not record.read("amamac").last


def test_the_server_is_away_and_comes_back(office: Office, profile: Profile) -> None:
    port = free_port()
    scheduled.set_up(office, placing.at_port(profile, port))
    assert if_due("amamac", code=75)["waiting"] == "server"
    found = waiting.read("amamac")
    assert found
    assert found.reason == "server"
    assert history.read("amamac") == []  # nobody's fault, and so no failure
    with Gate(office.port, at=port):
        assert if_due("amamac", code=0)["whole"]
    assert waiting.read("amamac") is None


def test_a_key_whose_passphrase_a_person_types_is_told_of_and_nobody_is_asked(
    office: Office, profile: Profile, home: Path
) -> None:
    asked = msgspec.structs.replace(profile, key=Key(protection="ask"))
    scheduled.set_up(office, profile)
    profile.key_path.unlink()
    key_files.public_path(profile.key_path).unlink()
    key_files.make(profile.key_path, "backup-wizard amamac", Secret("a long passphrase"))
    scheduled.finished(asked)
    ran = backup_wizard("run", "--if-due")
    assert ran.exit_code == 69
    assert "passphrase" in ran.stderr
    assert [run.result for run in history.read("amamac")] == ["failed"]


def test_a_locked_keyring_is_waited_for_without_a_prompt(
    office: Office, profile: Profile, session_bus: str, secret_service: SecretService
) -> None:
    scheduled.set_up(office, msgspec.structs.replace(profile, key=Key(protection="keyring")))
    secret_service.lock()
    with heard(session_bus) as called:
        assert if_due("amamac", code=75)["waiting"] == "keyring"
        assert secrets.is_locked("amamac", "passphrase")
    assert "SearchItems" in called
    assert not {"Prompt", "Unlock", "CreateCollection", "GetSecret"} & set(called)
    found = waiting.read("amamac")
    assert found
    assert found.reason == "keyring"
    secret_service.end()
    with run_secret_service(session_bus), heard(session_bus) as called:
        assert if_due("amamac", code=0)["whole"]
    assert "Prompt" not in called
    assert waiting.read("amamac") is None


def test_a_keyring_that_locks_while_ssh_asks_for_the_passphrase_opens_no_prompt(
    office: Office, profile: Profile, session_bus: str, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = scheduled.set_up(office, msgspec.structs.replace(profile, key=Key(protection="keyring")))
    secret_service.lock()
    monkeypatch.setenv(secrets.UNATTENDED, "1")
    monkeypatch.setenv(askpass.PROFILE_VARIABLE, "amamac")
    monkeypatch.setattr("sys.argv", ["askpass", f"Enter passphrase for key '{kept.key_path}': "])
    with heard(session_bus) as called:
        assert askpass.main() == 1
    assert not {"Prompt", "Unlock"} & set(called)


def test_a_keyring_that_hangs_is_waited_for(
    office: Office,
    profile: Profile,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scheduled.set_up(office, msgspec.structs.replace(profile, key=Key(protection="keyring")))
    monkeypatch.setattr(keyring_lock, "SECONDS", 0.2)
    secret_service.hang()
    try:
        code, said = in_this_process(capsys, monkeypatch)
        assert secrets.is_locked("amamac", "passphrase")
    finally:
        secret_service.wake()
    assert code == 75
    assert "Waiting until you unlock your keyring." in said


def test_it_gives_way_to_whoever_works_here(
    office: Office, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled.set_up(office, profile)
    seen = tmp_path / "seen"
    rsync = tmp_path / "programs/rsync"
    rsync.parent.mkdir()
    rsync.write_text(f'#!/bin/sh\nnice >>{seen}\nionice -p $$ >>{seen}\nexec {shutil.which("rsync")} "$@"\n')
    rsync.chmod(0o755)
    monkeypatch.setenv("PATH", f"{rsync.parent}:{os.environ['PATH']}")
    assert if_due("amamac", code=0)["whole"]
    assert {"idle", "10"} <= set(seen.read_text().split("\n"))
