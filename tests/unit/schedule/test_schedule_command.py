"""`backup-wizard schedule` as a person types it, on a computer with cron alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.schedule import CRONTAB
from wizard.client import profile_lock
from wizard.profile import Schedule
from wizard.schedule import setting
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def table(home: Path) -> Path:
    return home / CRONTAB


def test_the_command_shows_what_is_set_and_where(table: Path) -> None:
    profiles.save(a_profile())
    shown = backup_wizard("schedule", "amamac")
    assert (shown.exit_code, shown.stdout) == (0, "Only when you start it.\n")
    assert not table.exists()
    setting.put(a_profile(), Schedule(every="daily", at="12:30"))
    shown = backup_wizard("schedule", "amamac")
    assert "Every day at 12:30. It waits while" in shown.stdout
    assert "Started by cron: crontab" in shown.stdout
    assert "It starts once you finish setting it up: “backup-wizard amamac”." in shown.stdout
    table.unlink()
    assert "backup-wizard schedule amamac daily" in backup_wizard("schedule", "amamac").stdout


def test_a_computer_without_a_scheduler_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.save(a_profile())
    monkeypatch.setenv("PATH", "/nowhere")
    ended = backup_wizard("schedule", "amamac", "daily")
    assert (ended.exit_code, ended.stdout) == (69, "")
    assert "nothing that starts programs on a schedule" in ended.stderr
    assert profiles.load("amamac").schedule.every == "off"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("daily", "--at", "25:00"), "Type a time as hours and minutes"),
        (("hourly", "--at", "12:00"), "A time can be set only for daily and weekly backups."),
        (("--at", "12:00"), "A time can be set only for daily and weekly backups."),
    ],
)
def test_a_time_that_can_t_be_taken_changes_nothing(table: Path, arguments: tuple[str, ...], told: str) -> None:
    profiles.save(a_profile())
    ended = backup_wizard("schedule", "amamac", *arguments)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert not table.exists()


def test_what_is_not_named_stays_as_it_is(table: Path) -> None:
    before = Schedule(every="daily", at="12:30", on_battery=True, warn_after_days=3)
    setting.put(a_profile(), before)
    backup_wizard("schedule", "amamac", "--on-metered")
    assert profiles.load("amamac").schedule == replace(before, on_metered=True)
    backup_wizard("schedule", "amamac", "weekly", "--not-on-battery")
    weekly = replace(before, every="weekly", on_metered=True, on_battery=False)
    assert profiles.load("amamac").schedule == weekly
    backup_wizard("schedule", "amamac", "hourly")
    assert profiles.load("amamac").schedule == replace(weekly, every="hourly", at="")
    assert table.exists()


def test_a_backup_that_another_program_is_at_is_left_alone(table: Path) -> None:
    profiles.save(a_profile())
    with profile_lock.alone("amamac"):
        ended = backup_wizard("schedule", "amamac", "daily")
    assert (ended.exit_code, table.exists()) == (69, False)
    assert "Another backup-wizard window" in ended.stderr
