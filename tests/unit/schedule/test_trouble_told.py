"""A scheduled backup that crashes, or whose settings can't be read, is told to the person as other failures are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.data import scheduled
from tests.support.data.profiles import a_profile
from wizard import cli
from wizard.client.keys import secrets
from wizard.client.session import Session
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule import desktop, notices, upcoming
from wizard.schedule.alarms import channels
from wizard.storage import paths, profiles, state_files

if TYPE_CHECKING:
    from wizard.profile import Profile

ATTENTION, TOO_OLD = "Backup “amamac” needs attention", "Backup “amamac” is too old"
DAY = timedelta(days=1)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []

    def show(title: str, text: str) -> bool:
        told.append((title, text))
        return True

    monkeypatch.setattr(desktop, "show", show)
    monkeypatch.setenv(secrets.UNATTENDED, "")
    return told


@pytest.fixture
def profile() -> Profile:
    """One that is due, and was last good 400 days ago."""
    profile = scheduled.finished(a_profile(schedule=Schedule(every="daily", alarm=True, ping=True)))
    record.note(profile, "done", since=(datetime.now(UTC) - 400 * DAY).timestamp())
    good_since(400)
    return profile


def good_since(days: float) -> None:
    kept = record.read("amamac")
    when = datetime.now(UTC) - days * DAY
    values = {"last": when, "last_good": when, "good_since": when.timestamp(), "place": kept.place}
    state_files.save("amamac", "last-run.json", record.Record(**values))  # type: ignore[arg-type]


def crashes(*_: object, **_and: object) -> None:
    raise ZeroDivisionError


def start(times: int = 1) -> int:
    """Let the scheduler start it; the pause after a failure is over each time."""
    for _ in range(times):
        state_files.forget("amamac", "runs.json")
        code = cli.main(["run", "--if-due"])
    return code


def later(by: timedelta) -> None:
    """Let that much time pass since what was told."""
    told = state_files.load("amamac", "notices.json", notices.Told, notices.Told())
    assert told.failed
    stale = told.stale - by if told.stale else None
    state_files.save("amamac", "notices.json", notices.Told(stale, told.failed - by, told.trouble))


def test_a_crash_is_shown_sent_and_reported_and_at_most_every_other_day(
    profile: Profile, shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    reported: list[bool] = []
    monkeypatch.setattr(channels, "send", lambda _profile, title, _text: sent.append(title))
    monkeypatch.setattr(channels, "report", lambda _profile, *, has_failed: reported.append(has_failed))
    monkeypatch.setattr(Session, "hold", crashes)
    assert start(3) == 70
    [(title, text)] = shown
    assert (title, sent, reported) == (ATTENTION, [ATTENTION], [True] * 3)
    assert "backup-wizard has a bug and had to stop (ZeroDivisionError)" in text
    later(2 * DAY)
    start(2)
    assert [title for title, _ in shown] == [ATTENTION] * 2


def test_what_crashes_also_where_it_is_told_is_shown_all_the_same(
    profile: Profile, shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "hold", crashes)
    monkeypatch.setattr(upcoming, "of", crashes)
    assert start(3) == 70
    assert [title for title, _ in shown] == [ATTENTION]


def test_one_that_crashes_until_it_is_too_old_is_told_as_that_too(
    profile: Profile, shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles.save(scheduled.with_schedule(profile, Schedule(every="daily", warn_after_days=3)))
    monkeypatch.setattr(Session, "hold", crashes)
    good_since(2)
    start(2)
    assert [title for title, _ in shown] == [ATTENTION]
    good_since(4)
    later(DAY)
    start(2)
    assert [title for title, _ in shown] == [ATTENTION, TOO_OLD]


@pytest.mark.parametrize("content", [b'format = 1\nname = "amamac"\nfolders = [', b"\xff", b""])
def test_settings_that_can_t_be_read_are_shown_at_most_every_other_day(
    content: bytes, profile: Profile, shown: list[tuple[str, str]]
) -> None:
    paths.profile("amamac").write_bytes(content)
    assert start(3) == 2
    [(title, text)] = shown
    assert title == ATTENTION
    assert "amamac.toml" in text
    later(2 * DAY)
    start(2)
    assert len(shown) == 2


def test_settings_whose_reading_crashes_are_told_as_well(
    profile: Profile, shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "load", crashes)
    assert start(3) == 70
    assert [title for title, _ in shown] == [ATTENTION]


def test_settings_that_are_mended_are_told_once_a_backup_was_made(
    profile: Profile, shown: list[tuple[str, str]]
) -> None:
    paths.profile("amamac").write_bytes(b"")
    start()
    profiles.save(scheduled.with_schedule(profile, Schedule(every="daily")))
    good_since(0)
    notices.after_run(profiles.load("amamac"))
    assert [title for title, _ in shown] == [ATTENTION, "Backup “amamac” works again"]


@pytest.mark.parametrize("name", ["nobody", "../nobody"])
def test_a_name_that_is_no_backup_s_is_told_on_no_desktop(name: str, shown: list[tuple[str, str]]) -> None:
    assert cli.main(["run", name, "--if-due"]) == 2
    assert shown == []
    assert not (paths.state() / name).exists()
