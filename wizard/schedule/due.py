"""When a backup is due: counted from the last good one, on the person's clock.

Nothing is asked and nothing is kept here; every time that is passed in or returned is aware of its zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec

from wizard.schedule.staleness import CLOCKS_DIFFER

if TYPE_CHECKING:
    from wizard.profile import Every, Schedule

PERIODS: dict[Every, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
_FIRST_PAUSE = timedelta(minutes=15)  # as often as the system's scheduler starts us
_PART_OF_A_PERIOD = 4  # at most so long a pause follows a failure: a period has room for several tries


class Runs(msgspec.Struct, frozen=True):
    """When the last good run began and the last failed one ended, if there was one, and how many failed in a row."""

    last_good: datetime | None = None
    last_failed: datetime | None = None
    failed: int = 0


def next_due(schedule: Schedule, runs: Runs, now: datetime) -> datetime | None:
    """When the backup is due, in UTC, or `None` if it is made only when the person asks; a past time means now.

    A backup every day without a time is due from midnight on, and half a day after the last one at the earliest.
    """
    if schedule.every == "off":
        return None
    due = _by_plan(schedule, runs.last_good, now)
    if runs.failed and runs.last_failed and runs.last_failed <= now:
        due = max(due, runs.last_failed + pause(schedule.every, runs.failed))
    return due.astimezone(UTC)


def pause(every: Every, failed: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to a quarter of the period."""
    longest: timedelta = PERIODS[every] / _PART_OF_A_PERIOD
    growing: timedelta = _FIRST_PAUSE * 2 ** min(failed - 1, 16)
    return min(growing, longest)


def _by_plan(schedule: Schedule, last_good: datetime | None, now: datetime) -> datetime:
    if last_good is None or last_good > now + CLOCKS_DIFFER:  # the clock was wrong then, or is now
        return now
    if schedule.every == "hourly":
        return last_good + PERIODS["hourly"]
    day = last_good.astimezone().date()
    at = time.fromisoformat(schedule.at or "00:00")
    if schedule.every == "weekly":
        return _on_clock(day + PERIODS["weekly"], at)
    if not schedule.at:
        return max(_on_clock(day + PERIODS["daily"], at), last_good + PERIODS["daily"] / 2)
    today = _on_clock(day, at)
    return today if today > last_good else _on_clock(day + PERIODS["daily"], at)


def _on_clock(day: date, at: time) -> datetime:
    """That time of that day; where clocks are put forward past it, an hour off, and where it comes twice, the first."""
    return datetime.combine(day, at).astimezone(UTC)
