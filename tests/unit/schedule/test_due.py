"""A year on a turned clock: due exactly as often as it should be, with sleeps, failures, time zones and summer time."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING

import pytest

from wizard.profile import Schedule
from wizard.schedule import due
from wizard.schedule.due import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wizard.profile import Every

# As POSIX writes them, so that no list of zones has to be installed: with summer time in the north and the south, half
# an hour of it, and none.
ZONES = {
    "Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "New York": "EST5EDT,M3.2.0,M11.1.0",
    "Auckland": "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "Lord Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "Kolkata": "IST-5:30",
    "UTC": "UTC0",
}
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
LOOKS_EACH = timedelta(minutes=15)
A_RUN_TAKES = timedelta(minutes=7)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", ZONES[request.param])
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def always(now: datetime) -> bool:
    return True


def a_year(
    schedule: Schedule, is_awake: Callable[[datetime], bool] = always, fails: Callable[[int], bool] | None = None
) -> list[datetime]:
    """When the good runs of a year began, as the system's scheduler would start them."""
    runs, good, tried, now = Runs(), [], 0, BEGIN
    while now < BEGIN + timedelta(days=365):
        when = due.next_due(schedule, runs, now)
        assert when is not None
        if when > now + LOOKS_EACH:
            now += (when - now) // LOOKS_EACH * LOOKS_EACH  # nothing happens until then
            continue
        if is_awake(now) and when <= now:
            tried += 1
            if fails and fails(tried):
                runs = Runs(runs.last_good, now + A_RUN_TAKES, runs.failed + 1)
            else:
                runs = Runs(last_good=now)
                good.append(now)
        now += LOOKS_EACH
    return good


def days_of(runs: list[datetime]) -> Counter[object]:
    return Counter(run.astimezone().date() for run in runs)


@pytest.mark.parametrize("at", ["", "00:00", "02:30", "12:30", "23:59"])
def test_daily_is_once_each_day_of_the_person_s_clock(zone: str, at: str) -> None:
    runs = a_year(Schedule(every="daily", at=at))
    days = days_of(runs[1:])
    assert set(days.values()) == {1}
    assert len(days) >= 364
    if at not in {"", "23:59"}:
        planned = clock.fromisoformat(at)
        here = [run.astimezone().replace(tzinfo=None) for run in runs[1:]]
        off = Counter(run - datetime.combine(run.date(), planned) for run in here)
        assert off.pop(timedelta(0)) >= 363
        # On the day in spring that lacks this hour: before it, or since Python 3.13 after it.
        assert set(off) <= {timedelta(hours=-1), timedelta(hours=1)}


def test_hourly_is_each_hour(zone: str) -> None:
    runs = a_year(Schedule(every="hourly"))
    assert {later - earlier for earlier, later in itertools.pairwise(runs)} == {timedelta(hours=1)}


@pytest.mark.parametrize("at", ["", "12:30"])
def test_weekly_is_each_week(zone: str, at: str) -> None:
    runs = a_year(Schedule(every="weekly", at=at))
    assert len(runs) in {53, 54}
    days = [run.astimezone().date() for run in runs[1:]]
    assert {later - earlier for earlier, later in itertools.pairwise(days)} == {timedelta(days=7)}


@pytest.mark.parametrize(("every", "most_days"), [("hourly", 1), ("daily", 2), ("weekly", 8)])
def test_what_a_sleep_missed_is_made_up_for_at_once_and_but_once(every: Every, most_days: int, zone: str) -> None:
    """The computer sleeps through nights and whole weekends."""

    def is_awake(now: datetime) -> bool:
        here = now.astimezone()
        return here.weekday() < 5 and 9 <= here.hour < 17

    at = "" if every == "hourly" else "03:00"
    runs = a_year(Schedule(every=every, at=at), is_awake)
    days = days_of(runs)
    assert every == "hourly" or set(days.values()) == {1}
    first = [run.astimezone() for run in runs[1:]]
    assert every == "hourly" or all((run.hour, run.minute) < (9, 15) for run in first)
    gaps = [later.date() - earlier.date() for earlier, later in itertools.pairwise(first)]
    assert max(gaps) <= timedelta(days=most_days + 2)


@pytest.mark.parametrize("every", ["hourly", "daily", "weekly"])
def test_failures_are_tried_again_with_growing_pauses_and_several_times_a_period(every: Every) -> None:
    tries: list[datetime] = []
    runs, now = Runs(last_good=BEGIN), BEGIN
    while now < BEGIN + 40 * due.PERIODS[every]:
        when = due.next_due(Schedule(every=every), runs, now)
        assert when is not None
        if when <= now:
            tries.append(now)
            runs = Runs(runs.last_good, now + A_RUN_TAKES, runs.failed + 1)
        now += LOOKS_EACH
    assert len(tries) >= 2 * 39
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert max(gaps) <= due.PERIODS[every] / 2
    assert due.pause(every, 1) == timedelta(minutes=15)


@pytest.mark.parametrize("every", ["hourly", "daily", "weekly"])
def test_what_failed_is_done_once_and_the_plan_goes_on(every: Every) -> None:
    runs = a_year(Schedule(every=every), fails=lambda tried: tried % 2 == 1)
    assert len(runs) >= timedelta(days=364) / due.PERIODS[every] * 0.6


def test_the_first_one_is_due_at_once() -> None:
    now = datetime.now(UTC)
    assert due.next_due(Schedule(every="weekly", at="12:30"), Runs(), now) == now


def test_only_when_asked_is_never_due() -> None:
    assert due.next_due(Schedule(), Runs(), datetime.now(UTC)) is None


def test_a_clock_that_was_wrong_keeps_nothing_from_being_backed_up() -> None:
    """The last good run, or failure, lies in the future: the clock was put back."""
    now = datetime.now(UTC)
    later = now + timedelta(days=400)
    assert due.next_due(Schedule(every="daily"), Runs(last_good=later), now) == now
    due_anyway = due.next_due(Schedule(every="daily"), Runs(now - timedelta(days=3), later, 1), now)
    assert due_anyway is not None
    assert due_anyway <= now


def test_another_time_zone_moves_the_hour_with_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule, runs = Schedule(every="daily", at="12:00"), Runs(last_good=datetime(2026, 5, 5, 10, 1, tzinfo=UTC))
    seen = {}
    for name in ("Berlin", "New York"):
        monkeypatch.setenv("TZ", ZONES[name])
        time.tzset()
        seen[name] = due.next_due(schedule, runs, datetime(2026, 5, 5, 11, tzinfo=UTC))
    monkeypatch.undo()
    time.tzset()
    assert seen == {"Berlin": datetime(2026, 5, 6, 10, tzinfo=UTC), "New York": datetime(2026, 5, 5, 16, tzinfo=UTC)}
