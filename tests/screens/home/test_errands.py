"""What is begun on the home screen leads there again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input

from screens.outcome import Forward
from screens.steps.finish.running import RunningScreen
from screens.widgets.tick_list import TickList
from tests.screens.at_the_server import arrive
from tests.screens.home.at_home import home_screen, is_home, kept, title
from tests.support.data.profiles import a_profile
from tests.support.pilot import arrived, said, text, until
from wizard.client import access, profile_lock
from wizard.profile import with_delete
from wizard.server import handed_over
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.descriptions import hand_over
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd


@pytest.mark.parametrize("button", [False, True], ids=["key", "button"])
async def test_a_backup_is_made_from_there_and_leads_back(sshd: RealSshd, sample_folder: Path, button: bool) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with home_screen() as pilot:
        await until(pilot, lambda: "Ready for the first backup" in text(pilot))
        if button:
            await pilot.click("#back-up")
        else:
            await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunningScreen) and "Done. " in said(pilot))
        await pilot.press("enter")
        await is_home(pilot)
        await until(pilot, lambda: "Backed up · just now" in text(pilot))
        with profile_lock.alone("amamac"):  # other programs may have it again
            pass
    assert (place.backup / sample_folder.name).is_dir()


async def test_a_practice_run_and_a_security_check_lead_back(sshd: RealSshd, sample_folder: Path) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with home_screen() as pilot:
        for key, step, word in (
            ("p", Step.DRY_RUN, "Nothing was copied"),
            ("s", Step.SECURITY_CHECK, "Locked: "),
        ):
            await pilot.press(key)
            await arrived(pilot, step)
            await until(pilot, lambda: word in said(pilot))  # noqa: B023
            await until(pilot, lambda: str(pilot.app.screen.query_one("#forward", Button).label) == "Done")
            await pilot.press("ctrl+s")
            await is_home(pilot)
            await pilot.press(key)
            await arrived(pilot, step)
            await until(pilot, lambda: word in said(pilot))  # noqa: B023
            await pilot.press("escape")
            await is_home(pilot)
    assert steps.begin(place.profile).step is Step.FINISH


async def test_a_change_of_what_is_skipped_leads_through_the_practice_run_alone(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with home_screen() as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "What do you want to change?" in text(pilot) and pilot.app.focused)
        await pilot.press("down", "enter")
        await arrived(pilot, Step.FOLDERS)
        await until(pilot, lambda: isinstance(pilot.app.focused, TickList))
        pilot.app.screen.query_one("#own Input", Input).value = "*.iso"
        await pilot.press("ctrl+s")
        await arrived(pilot, Step.DRY_RUN)
        await until(pilot, lambda: "Nothing was copied" in said(pilot))
        await pilot.press("ctrl+s")
        await is_home(pilot)
    assert "*.iso" in profiles.load("amamac").exclude
    assert steps.begin(profiles.load("amamac")).step is Step.FINISH


async def test_the_schedule_of_an_older_backup_is_changed_and_leads_back_at_once() -> None:
    kept("amamac")
    async with home_screen() as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "What do you want to change?" in text(pilot) and pilot.app.focused)
        await pilot.press("end", "up", "up", "enter")
        await arrived(pilot, Step.SCHEDULE)
        await until(pilot, lambda: "● Only when you start it" in text(pilot))  # it stays as it is unless it is changed
        assert str(pilot.app.screen.query_one("#forward", Button).label) == "Done"
        await pilot.press("up", "up", "enter")
        await is_home(pilot)
        await until(pilot, lambda: "Next backup" in text(pilot))
    assert profiles.load("amamac").schedule.every == "daily"
    assert steps.begin(profiles.load("amamac")).step is Step.FINISH


async def test_a_change_of_what_the_key_may_do_leads_past_the_message_which_says_that_it_replaces_another(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    handed_over.keep(place.profile, access.facts(place.profile))
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with home_screen() as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "What do you want to change?" in text(pilot) and pilot.app.focused)
        await pilot.press("enter")
        await arrived(pilot, Step.FOLDERS)
        pilot.app.screen.leave_with(Forward(with_delete(place.profile, True)))  # type: ignore[attr-defined]
        await arrived(pilot, Step.HAND_OVER)
        await until(pilot, lambda: hand_over.REPLACES in said(pilot))
        await until(pilot, lambda: "The server accepts this computer." in said(pilot))  # by the old text
        await until(pilot, lambda: pilot.app.screen.query_one("#copy").has_focus)
        place.let_in(place.text(profile=with_delete(place.profile, True)))
        await pilot.press("ctrl+s")
        await arrived(pilot, Step.SECURITY_CHECK)
        await until(pilot, lambda: "Locked: " in said(pilot))
        await pilot.press("ctrl+s")
        await arrived(pilot, Step.DRY_RUN)
        await until(pilot, lambda: "Nothing was copied" in said(pilot))
        await pilot.press("ctrl+s")
        await is_home(pilot)
    assert not handed_over.replaces_another("amamac")


async def test_a_setup_is_continued_and_left_to_the_list() -> None:
    kept("begun", Step.SERVER)
    async with home_screen() as pilot:
        await pilot.press("enter")
        await arrived(pilot, Step.SERVER)
        await pilot.press("escape")
        await arrived(pilot, Step.FOLDERS)
        await pilot.press("escape")
        await arrived(pilot, Step.WELCOME)
        await pilot.press("escape")
        await is_home(pilot)
        await pilot.press("n")
        await arrived(pilot, Step.WELCOME)
        await pilot.press("escape")
        await is_home(pilot)
        await pilot.press("escape")  # once too often
        await is_home(pilot)
        await pilot.press("ctrl+q")
    assert pilot.app.return_code == 0
    assert profiles.names() == ["begun"]


async def test_finish_leads_back_to_the_list() -> None:
    kept("amamac")
    kept("waiting", Step.FINISH)
    steps.record(Walk(a_profile(name="waiting"), Step.DRY_RUN, Step.DRY_RUN))
    async with home_screen() as pilot:
        await pilot.press("down")
        await until(pilot, lambda: title(pilot) == "waiting")
        await pilot.press("enter")
        await arrived(pilot, Step.DRY_RUN)
        await until(pilot, lambda: pilot.app.screen.query("Tab"))
        pilot.app.screen.leave_with(_forward("waiting"))  # type: ignore[attr-defined]
        await arrived(pilot, Step.SCHEDULE)
        await until(pilot, lambda: "recommended" in text(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.FINISH)
        await pilot.click("#finish")
        await is_home(pilot)
        assert title(pilot) == "waiting"


def _forward(name: str) -> Forward:
    return Forward(profiles.load(name))
