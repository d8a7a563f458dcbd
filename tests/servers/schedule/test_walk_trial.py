"""The step “Schedule” tries what was chosen the way it will run, on screens, in text mode and unattended alike."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from screens.dialogs.confirm import ConfirmScreen
from screens.steps.schedule.screen import ScheduleScreen
from tests.screens import at_the_server
from tests.support.pilot import arrived, at, said, text, until, wizard_at
from tests.support.plain import Person, decided
from wizard.client.keys import key_files
from wizard.client.session import Session
from wizard.profile import Key, Schedule
from wizard.schedule import trial
from wizard.schedule.schedulers import cron
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk import steps, unattended
from wizard.walk.descriptions import schedule
from wizard.walk.plain.asker import GoAway
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.at_the_server import Place
    from tests.support.agent import Agent
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

DAILY = Schedule(every="daily")
WORKS = "Tested: started this way, backup-wizard can sign in to the server."
AGENT = "Choose a key that isn't only in the agent."


@pytest.fixture(autouse=True)
def real_scheduler(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cron, as there is no manager in this home: its list is a file of the test's.

    In the folder are the processes of this computer: none that can be seen, whether or not it has a cron of its own.
    """
    monkeypatch.setattr(schedule, "_module", lambda name: import_module(f"wizard.schedule.{name}"))
    monkeypatch.setattr(cron, "_PROCESSES", tmp_path / "processes")
    return tmp_path / "processes"


@pytest.fixture
def place(sshd: RealSshd, tmp_path: Path) -> Place:
    folder = tmp_path / "Documents"
    folder.mkdir()
    arrived_there = at_the_server.arrive(sshd, folder)
    arrived_there.let_in()
    kept_facts.note_let_in(arrived_there.profile)
    steps.record(Walk(arrived_there.profile, Step.SCHEDULE, Step.SCHEDULE))
    return arrived_there


def in_agent(home: Path, agent: Agent, place: Place) -> Profile:
    """The same with a key that only the terminal's agent opens."""
    key_files.make(home / "held", "backup-wizard-amamac", None)
    agent.add(home / "held")
    kept = key_files.keep_agent_key("amamac", key_files.public_line(home / "held"))
    profile = replace(place.profile, key=Key(protection="ask", file=str(kept)))
    place.let_in(place.text(profile=profile))
    steps.record(Walk(profile, Step.SCHEDULE, Step.SCHEDULE))
    return profile


async def taken(profile: Profile) -> int:
    """The exit code of the step unattended."""
    with Session() as session:
        return await unattended.take(profile, session, [Step.SCHEDULE])


async def shown(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "● Every day" in text(pilot))


async def test_what_works_is_set_in_all_three_walks(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await taken(replace(place.profile, schedule=DAILY)) == 0
    assert WORKS in capsys.readouterr().out
    profiles.save(place.profile)
    async with wizard_at(place.profile, Step.SCHEDULE) as pilot:
        await shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: schedule.TRYING in said(pilot))
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == DAILY
    assert place.sshd.log().count("Accepted publickey") == 2


def test_in_text_mode_it_is_said_that_it_works(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", Person({}))
    assert decided(place.profile, Step.SCHEDULE).schedule == DAILY
    assert WORKS in capsys.readouterr().out


async def test_where_no_cron_runs_it_is_said_and_asked_about(
    real_scheduler: Path, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (real_scheduler / "1").mkdir(parents=True)
    (real_scheduler / "1/comm").write_text("init\n")
    assert await taken(replace(place.profile, schedule=DAILY)) == 1
    assert trial.CRON_IS_OFF in " ".join(capsys.readouterr().out.split())
    monkeypatch.setattr("builtins.input", Person({"anyway": ["y"]}))
    assert (await asyncio.to_thread(decided, place.profile, Step.SCHEDULE)).schedule == DAILY


async def test_what_fails_is_explained_before_it_is_set(home: Path, place: Place, agent: Agent) -> None:
    profile = in_agent(home, agent, place)
    async with wizard_at(profile, Step.SCHEDULE) as pilot:
        await shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert AGENT in " ".join(said(pilot).split())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScheduleScreen))
        assert profiles.load("amamac").schedule == Schedule()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("left", "enter")
        await arrived(pilot, Step.FINISH)
    assert profiles.load("amamac").schedule == DAILY


def test_in_text_mode_what_fails_is_asked_about(
    home: Path, place: Place, agent: Agent, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = in_agent(home, agent, place)
    monkeypatch.setattr("builtins.input", Person({"anyway": ["n"], "tries again": ["EOF"]}))
    with pytest.raises(GoAway):
        decided(profile, Step.SCHEDULE)
    assert AGENT in " ".join(capsys.readouterr().out.split())
    assert profiles.load("amamac").schedule == Schedule()
    monkeypatch.setattr("builtins.input", Person({"anyway": ["y"]}))
    assert decided(profile, Step.SCHEDULE).schedule == DAILY


async def test_unattended_what_fails_is_told_and_ends_with_1(
    home: Path, place: Place, agent: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = replace(in_agent(home, agent, place), schedule=DAILY)
    assert await taken(profile) == 1
    assert AGENT in " ".join(capsys.readouterr().out.split())
    assert profiles.load("amamac").schedule == DAILY


async def test_while_the_admin_is_awaited_the_schedule_has_not_failed(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.shut_out()
    kept_facts.forget_let_in(place.profile)
    assert await taken(replace(place.profile, schedule=DAILY)) == 0
    told = capsys.readouterr().out
    assert "Your admin hasn't given this computer access yet." in told
    assert "can't back up yet" not in told


async def test_escape_ends_a_test_that_takes_too_long(place: Place) -> None:
    place.let_in(place.stalled())
    async with wizard_at(place.profile, Step.SCHEDULE) as pilot:
        await shown(pilot)
        await pilot.press("enter")
        await until(pilot, at_the_server.clients)
        await until(pilot, lambda: "Press Esc to stop." in said(pilot))
        place.let_in()  # for the practice run that follows
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.DRY_RUN)
        await at_the_server.none_left()
    assert profiles.load("amamac").schedule == Schedule()
