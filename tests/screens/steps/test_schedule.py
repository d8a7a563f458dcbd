"""The schedule: one choice, with Enter on what is recommended, and what it adds to this computer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from textual.widgets import Collapsible, Input

from tests.support.data import scheduler
from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, arrived, at, said, text, until, walk, wizard_at
from tests.support.plain import Person, decided
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Key, Schedule
from wizard.running import record
from wizard.schedule.trial import Answer
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.context import WalkContext
from wizard.walk.descriptions import schedule
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from wizard.profile import Profile

PROFILE = a_profile()
COMMAND = " ".join(scheduler.COMMAND)


async def shown(pilot: Pilot[int], choice: str = "● Every day (recommended)") -> None:
    await until(pilot, lambda: choice in text(pilot))


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_without_a_scheduler_that_runs_it_is_asked_whether_to_set_it_all_the_same(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found_none(_: Profile) -> Answer:
        return Answer(0, seems_to_run=False)

    monkeypatch.setattr(scheduler.STAND_IN, "wait_for", found_none)
    steps.record(Walk(PROFILE, Step.SCHEDULE, Step.SCHEDULE))
    async with wizard_at(PROFILE, Step.SCHEDULE, size=size) as pilot:
        await shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Start it, for example with “sudo service cron start”." in said(pilot))
        assert "Automatic backups don't work yet" in said(pilot)
        assert "can sign in to the server" in said(pilot)
        assert profiles.load("amamac").schedule == Schedule()
        await pilot.press("tab", "enter")
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == Schedule(every="daily")


def time_is_asked(pilot: Pilot[int]) -> bool:
    return bool(pilot.app.screen.query_one("#at").display)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_enter_takes_every_day_when_it_suits(size: tuple[int, int]) -> None:
    steps.record(Walk(PROFILE, Step.SCHEDULE, Step.SCHEDULE))
    async with wizard_at(PROFILE, Step.SCHEDULE, size=size) as pilot:
        await shown(pilot)
        for told in (
            "11 of 12 · Schedule",
            "Every hour",
            "Every week",
            "Only when you start it",
            "[ ] Also on battery",
        ):
            assert told in text(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == Schedule(every="daily")
    assert steps.begin(profiles.load("amamac")).step is Step.FINISH


async def test_all_can_be_set_by_keys_alone_and_the_time_only_where_there_is_one() -> None:
    async with wizard_at(PROFILE, Step.SCHEDULE) as pilot:
        await shown(pilot)
        await pilot.press("up")
        await until(pilot, lambda: not time_is_asked(pilot))
        await pilot.press("end")
        await until(pilot, lambda: not pilot.app.screen.query_one("#conditions").display)
        await pilot.press("up")
        await until(pilot, lambda: time_is_asked(pilot))
        await pilot.press("tab", *"21:30", "tab", "space", "down", "space", "enter")
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == Schedule(every="weekly", at="21:30", on_battery=True, on_metered=True)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_wrong_time_is_told_beneath_it_and_asked_of_no_other_choice(size: tuple[int, int]) -> None:
    async with wizard_at(PROFILE, Step.SCHEDULE, size=size) as pilot:
        await shown(pilot)
        await pilot.press("tab", *"25:00", "enter")
        await until(pilot, lambda: "✗ Type a time as hours and minutes" in text(pilot))
        assert isinstance(pilot.app.focused, Input)
        await pilot.press("shift+tab", "up", "enter")  # every hour has no time
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == Schedule(every="hourly")


async def test_back_keeps_what_was_chosen_and_decides_nothing() -> None:
    steps.record(Walk(PROFILE, Step.SCHEDULE, Step.SCHEDULE))
    async with wizard_at(PROFILE, Step.SCHEDULE) as pilot:
        await shown(pilot)
        await pilot.press("down", "tab", *"7:", "tab", "space", "escape")
        await until(pilot, lambda: at(pilot) == Step.DRY_RUN)
    assert profiles.load("amamac").schedule == Schedule()
    async with wizard_at(PROFILE, Step.SCHEDULE) as pilot:
        await shown(pilot, "● Every week")
        assert "│ 7:" in text(pilot)
        assert "[✓] Also on battery power" in text(pilot)


async def test_a_walk_that_was_left_goes_on_there_and_an_older_backup_keeps_what_it_did() -> None:
    steps.record(Walk(PROFILE, Step.SCHEDULE, Step.SCHEDULE))
    left = steps.begin(profiles.load("amamac"))
    assert left.step is Step.SCHEDULE
    async with wizard_at(left.profile, left.step) as pilot:
        await shown(pilot)
    record.note(PROFILE, "done")  # a backup that was made before there were schedules
    async with wizard_at(PROFILE, Step.SCHEDULE) as pilot:
        await shown(pilot, "● Only when you start it")


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_what_is_added_is_shown_before_it_is(size: tuple[int, int]) -> None:
    async with wizard_at(PROFILE, Step.SCHEDULE, size=size) as pilot:
        await shown(pilot)
        assert "OnCalendar" not in text(pilot)
        pilot.app.screen.query_one(Collapsible).query_one("CollapsibleTitle").focus()
        await pilot.press("enter")
        await until(pilot, lambda: not pilot.app.screen.query_one(Collapsible).collapsed)
        for told in (scheduler.PLACE, "OnCalendar=*:0/15", COMMAND):
            assert told in said(pilot)
        await pilot.press("end")
        pilot.app.screen.query_one("#every").focus()
        await pilot.press("end")
        await until(pilot, lambda: not pilot.app.screen.query_one(Collapsible).display)


async def test_without_a_scheduler_it_is_only_made_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan() -> None:
        raise Failure(Kind.NO_RSYNC)

    monkeypatch.setattr(scheduler.STAND_IN, "plan", plan)
    async with wizard_at(PROFILE, Step.SCHEDULE) as pilot:
        await shown(pilot, "● Only when you start it")
        assert "– Every day" in text(pilot)
        assert "recommended" not in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.FINISH)
    assert walk(pilot).profile.schedule == Schedule()


async def test_a_key_that_is_opened_by_hand_is_told_of() -> None:
    async with wizard_at(replace(PROFILE, key=Key(protection="ask")), Step.SCHEDULE) as pilot:
        await shown(pilot, "● Only when you start it")
        assert "a backup can't start without you" in " ".join(said(pilot).split())
        assert "recommended" not in text(pilot)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, Schedule(every="daily")),
        (
            {"Number": ["3"], "Start at": ["5 o'clock", "05:00"], "battery": ["y"]},
            Schedule(every="weekly", at="05:00", on_battery=True),
        ),
        ({"Number": ["1"]}, Schedule(every="hourly")),
        ({"Number": ["4"]}, Schedule()),
    ],
)
def test_in_text_mode_it_is_asked_as_well(
    answers: dict[str, list[str]], expected: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(answers)
    monkeypatch.setattr("builtins.input", person)
    assert decided(PROFILE, Step.SCHEDULE).schedule == expected
    assert any("Start at" in asked for asked in person.asked) is (expected.every in {"daily", "weekly"})


def test_in_text_mode_what_is_added_is_printed_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", Person({}))
    decided(PROFILE, Step.SCHEDULE)
    printed = capsys.readouterr().out
    assert "OnCalendar=*:0/15" in printed
    assert printed.index(COMMAND) < printed.index("How often should this computer back up?")


@pytest.mark.parametrize(
    ("before", "after", "is_put"),
    [
        (Schedule(), Schedule(), False),  # nothing is installed or removed unasked
        (Schedule(), Schedule(every="daily"), True),
        (Schedule(every="daily"), Schedule(every="daily"), True),
        (Schedule(every="daily"), Schedule(), True),
    ],
)
async def test_the_scheduler_is_told_of_each_schedule_and_in_a_demo_of_none(
    before: Schedule, after: Schedule, is_put: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = replace(PROFILE, schedule=before)
    answers = {"every": after.every, "at": after.at, "on_battery": False, "on_metered": False}
    told: list[Schedule] = []

    def put(profile: Profile, wanted: Schedule) -> Profile:
        told.append(wanted)
        return replace(profile, schedule=wanted)

    monkeypatch.setattr(schedule, "_module", lambda _: SimpleNamespace(put=put))
    with Session() as session:
        context = WalkContext(session)
        assert (await schedule.settle(profile, schedule.Found(), answers, context)).schedule == after
        assert told == ([after] if is_put else [])
        context.apply_as_admin = lambda profile, text: None
        assert (await schedule.settle(profile, schedule.Found(), answers, context)).schedule == after
        assert len(told) == int(is_put)
