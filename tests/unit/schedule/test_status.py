"""How backups go on: `status`, its exit code, and the same on `list` and `show`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard import backup_states
from wizard.backup_states import State
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule import upcoming, waiting
from wizard.server.locks import checked
from wizard.storage import paths, state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

NOW = datetime.now(UTC).replace(microsecond=0)
DAILY = Schedule(every="daily", at="22:00")


def _kept(schedule: Schedule, step: Step = Step.FINISH, *, good: timedelta | None = None, name: str = "amamac") -> None:
    profile = a_profile(name=name, schedule=schedule)
    steps.record(Walk(profile, step, step))
    if good is not None:
        when = NOW - good
        place = f"{profile.server.account}:{profile.destination}"
        kept = record.Record(last=when, last_good=when, good_since=when.timestamp(), place=place)
        state_files.save(name, "last-run.json", kept)


def _set_up(days: float) -> None:
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(paths.walk_state("amamac") / "step", (moment, moment))


def test_all_fields_are_there_in_utc() -> None:
    _kept(Schedule(every="hourly"), good=timedelta(minutes=30))
    waiting.note("amamac", "server")
    checked.note("amamac", "locked")
    told = backup_wizard("status", "--json")
    (found,) = told.json["backups"]
    assert told.exit_code == 0
    assert list(found) == [
        *("profile", "last_good", "last_result", "next_due", "waiting", "waiting_since"),
        *("stale", "versions", "last_drill", "last_check"),
    ]
    assert found["last_good"] == f"{NOW - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    assert found["next_due"] == f"{NOW + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    assert (found["last_result"], found["waiting"], found["stale"]) == ("done", "server", False)
    assert found["versions"] is found["last_drill"] is None
    for moment in (found["waiting_since"], found["last_check"]):
        assert NOW <= datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)
    assert backup_wizard("status", "amamac", "--json").json == told.json


def test_what_is_not_known_is_null() -> None:
    _kept(Schedule(), Step.SERVER)
    (found,) = backup_wizard("status", "--json").json["backups"]
    assert found == dict.fromkeys(found) | {"profile": "amamac", "stale": False}


@pytest.mark.parametrize(
    ("schedule", "good", "is_stale"),
    [
        (Schedule(), timedelta(days=6), False),
        (Schedule(), timedelta(days=8), True),
        (Schedule(every="daily", warn_after_days=2), timedelta(days=3), True),
        (Schedule(every="daily", warn_after_days=30), timedelta(days=29), False),
        (Schedule(every="daily"), timedelta(days=-400), True),  # the clock was wrong then
    ],
)
def test_too_old_is_what_the_backup_s_own_days_say(schedule: Schedule, good: timedelta, is_stale: bool) -> None:
    _kept(schedule, good=good)
    _set_up(40)
    told = backup_wizard("status", "--json")
    assert told.json["backups"][0]["stale"] is is_stale
    assert told.exit_code == backup_wizard("status", "amamac").exit_code == int(is_stale)
    assert backup_wizard("list", "--json").json["backups"][0]["stale"] is is_stale
    assert (backup_states.of("amamac").state is State.STALE) is is_stale


def test_a_scheduled_backup_that_never_worked_is_too_old_one_day() -> None:
    _kept(Schedule(every="daily"))
    _set_up(6)
    assert backup_wizard("status").exit_code == 0
    _set_up(8)
    told = backup_wizard("status")
    assert told.exit_code == 1
    assert "It was set up 8 days ago, and no backup has worked yet." in " ".join(told.stdout.split())
    _kept(Schedule())  # nothing was due
    _set_up(8)
    assert backup_wizard("status").exit_code == 0


def test_a_move_to_another_server_that_is_not_finished_hides_not_that_the_backup_is_too_old() -> None:
    daily = Schedule(every="daily", warn_after_days=3)
    _kept(daily, good=timedelta(days=4))
    moved = a_profile(schedule=daily, server=replace(a_profile().server, host="new.example.lan"))
    steps.record(Walk(moved, Step.HAND_OVER, Step.HAND_OVER))
    (found,) = backup_wizard("status", "--json").json["backups"]
    assert (found["last_good"], found["stale"]) == (None, True)
    assert backup_wizard("list", "--json").json["backups"][0]["stale"]
    steps.record(Walk(moved, Step.FINISH, Step.FINISH))  # from here on, the days are counted anew
    assert backup_wizard("status").exit_code == 0
    _set_up(4)
    assert backup_wizard("status").exit_code == 1


def test_one_that_is_too_old_among_others_ends_with_1_and_unreadable_settings_hide_no_other() -> None:
    _kept(DAILY, good=timedelta(hours=1))
    _kept(Schedule(), good=timedelta(days=9), name="photos")
    broken = paths.profile("broken")
    broken.write_text("format = 2\n")
    told = backup_wizard("status")
    assert told.exit_code == 1
    assert [line.split(":")[0] for line in told.stdout.splitlines() if not line.startswith(" ")] == [
        "amamac",
        "broken",
        "photos",
    ]
    assert backup_wizard("status", "amamac").exit_code == 0
    assert backup_wizard("status", "broken").exit_code == backup_wizard("status", "nobody").exit_code == 2


def test_it_is_told_in_a_line_or_two() -> None:
    _kept(Schedule(every="weekly", at="22:00"), good=timedelta(hours=3))
    waiting.note("amamac", "keyring")
    told = " ".join(backup_wizard("status").stdout.split())
    assert told.startswith("amamac: Backed up. Last good backup: 3 hours ago (")
    assert " at 22:00. Waiting until you unlock your keyring (since 20" in told
    assert "Waiting until you unlock your keyring" in backup_wizard("list").stdout
    shown = backup_wizard("show", "amamac").stdout
    assert "Every week at 22:00" in shown
    assert " at 22:00. Waiting until" in shown


@pytest.mark.parametrize(
    ("schedule", "ago", "told"),
    [
        (Schedule(every="daily"), timedelta(days=3), "as soon as possible"),
        (Schedule(every="hourly"), timedelta(hours=2), "as soon as possible"),
        (Schedule(every="weekly"), timedelta(0), f"{(NOW + timedelta(days=7)).astimezone():%Y-%m-%d}"),
        (Schedule(), timedelta(0), ""),
    ],
)
def test_the_next_backup_is_told_as_people_say_it(schedule: Schedule, ago: timedelta, told: str) -> None:
    _kept(schedule, good=ago)
    assert upcoming.of(a_profile(schedule=schedule), NOW, record.read("amamac")).when == told


def test_what_is_waited_for_is_kept_with_its_beginning_until_it_is_over() -> None:
    _kept(DAILY)
    waiting.note("amamac", "server")
    first = waiting.read("amamac")
    waiting.note("amamac", "server")
    assert waiting.read("amamac") == first
    waiting.note("amamac", "battery")
    assert (kept := waiting.read("amamac"))
    assert kept.reason == "battery"
    waiting.note("amamac", None)
    assert waiting.read("amamac") is None
