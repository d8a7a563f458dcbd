"""The home screen: every backup with what can be done, by key and by button, and the way back there."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input

from screens.app import WizardApp
from screens.context import Context
from screens.home.backup_list import BackupList
from screens.home.screen import HomeScreen
from screens.outcome import Forward
from screens.steps.finish.running import RunningScreen
from screens.widgets.tick_list import TickList
from tests.screens.at_the_server import arrive
from tests.support.data.profiles import a_profile
from tests.support.pilot import SIZES, arrived, said, text, until
from wizard.client import access, profile_lock
from wizard.client.keys import key_files
from wizard.client.session import Session
from wizard.profile import Profile, with_delete
from wizard.running import record
from wizard.server import handed_over
from wizard.storage import profiles, state_files
from wizard.walk import hand_over, steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd


def _kept(name: str, step: Step = Step.FINISH, **run: object) -> Profile:
    profile = Profile(name=name, folders=("/home/amanda",)) if step is Step.SERVER else a_profile(name=name)
    steps.record(Walk(profile, step, step))
    if run:
        state_files.save(name, "last-run.json", record.Record(**run))  # type: ignore[arg-type]
    return profile


@contextlib.asynccontextmanager
async def _home(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    with Session() as session:
        app = WizardApp(None, Context(session))
        session.ask = app.ask_passphrase
        async with app.run_test(size=size) as pilot:
            await _is_home(pilot)
            yield pilot


async def _is_home(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and pilot.app.screen.query(BackupList))


@pytest.mark.parametrize("size", SIZES)
async def test_each_backup_is_there_with_its_state_its_age_and_what_to_do(size: tuple[int, int]) -> None:
    now = datetime.now(UTC)
    _kept("amamac", last=now, last_good=now - timedelta(hours=3))
    _kept("begun", Step.SERVER)
    _kept("failed", last=now, result="failed", why="The disk is full.", last_good=now - timedelta(days=2))
    _kept("stopped", last=now - timedelta(minutes=9), result="unfinished")
    _kept("waiting", Step.HAND_OVER)
    async with _home(size) as pilot:
        await until(pilot, lambda: "Backed up · 3 hours ago" in text(pilot) and "Setup not finished" in text(pilot))
        for name, told in (
            ("amamac", "3 hours ago ("),
            ("begun", "Continue at “Server”."),
            ("failed", "The disk is full."),
            ("stopped", "It stopped before it was finished, 9 minutes ago."),
            ("waiting", "The message to your admin was written just now."),
        ):
            await until(pilot, lambda: _title(pilot) == name)  # noqa: B023 - awaited here
            await until(pilot, lambda: told in " ".join(text(pilot).split()))  # noqa: B023
            await pilot.press("down")
        await until(pilot, lambda: _title(pilot) == "New backup")


async def test_all_that_can_be_done_is_in_the_footer_and_on_buttons() -> None:
    _kept("amamac")
    async with _home() as pilot:
        for key in ("b Back up", "p Practice run", "s Check", "m Message", "c Change", "f Forget", "n New"):
            await until(pilot, lambda: key in text(pilot))  # noqa: B023
        for key in ("r Rename", "F1 Help", "Ctrl+Q Quit"):
            assert key in text(pilot)
        labels = [str(button.label) for button in pilot.app.screen.query(Button) if button.display]
        assert labels == ["Back up now", "Practice run", "Security check", "Show message", "Change …", "Forget …"]
        await pilot.press("f1")
        await until(pilot, lambda: "Each backup is one line." in said(pilot))


@pytest.mark.parametrize("button", [False, True], ids=["key", "button"])
async def test_a_backup_is_made_from_there_and_leads_back(sshd: RealSshd, sample_folder: Path, button: bool) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with _home() as pilot:
        await until(pilot, lambda: "Ready for the first backup" in text(pilot))
        if button:
            await pilot.click("#back-up")
        else:
            await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunningScreen) and "Done. " in said(pilot))
        await pilot.press("enter")
        await _is_home(pilot)
        await until(pilot, lambda: "Backed up · just now" in text(pilot))
        with profile_lock.alone("amamac"):  # other programs may have it again
            pass
    assert (place.backup / sample_folder.name).is_dir()


async def test_a_practice_run_and_a_security_check_lead_back(sshd: RealSshd, sample_folder: Path) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with _home() as pilot:
        for key, step, word in (
            ("p", Step.DRY_RUN, "Nothing was copied"),
            ("s", Step.SECURITY_CHECK, "Locked: "),
        ):
            await pilot.press(key)
            await arrived(pilot, step)
            await until(pilot, lambda: word in said(pilot))  # noqa: B023
            await until(pilot, lambda: str(pilot.app.screen.query_one("#forward", Button).label) == "Done")
            await pilot.press("ctrl+s")
            await _is_home(pilot)
            await pilot.press(key)
            await arrived(pilot, step)
            await until(pilot, lambda: word in said(pilot))  # noqa: B023
            await pilot.press("escape")
            await _is_home(pilot)
    assert steps.begin(place.profile).step is Step.FINISH


async def test_a_change_of_what_is_skipped_leads_through_the_practice_run_alone(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with _home() as pilot:
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
        await _is_home(pilot)
    assert "*.iso" in profiles.load("amamac").exclude
    assert steps.begin(profiles.load("amamac")).step is Step.FINISH


async def test_a_change_of_what_the_key_may_do_leads_past_the_message_which_says_that_it_replaces_another(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = arrive(sshd, sample_folder)
    place.let_in()
    handed_over.keep(place.profile, access.facts(place.profile))
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    async with _home() as pilot:
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
        await _is_home(pilot)
    assert not handed_over.replaces_another("amamac")


async def test_a_setup_is_continued_and_left_to_the_list() -> None:
    _kept("begun", Step.SERVER)
    async with _home() as pilot:
        await pilot.press("enter")
        await arrived(pilot, Step.SERVER)
        await pilot.press("escape")
        await arrived(pilot, Step.FOLDERS)
        await pilot.press("escape")
        await arrived(pilot, Step.WELCOME)
        await pilot.press("escape")
        await _is_home(pilot)
        await pilot.press("n")
        await arrived(pilot, Step.WELCOME)
        await pilot.press("escape")
        await _is_home(pilot)
        await pilot.press("escape")  # once too often
        await _is_home(pilot)
        await pilot.press("ctrl+q")
    assert pilot.app.return_code == 0
    assert profiles.names() == ["begun"]


async def test_finish_leads_back_to_the_list() -> None:
    _kept("amamac")
    _kept("waiting", Step.FINISH)
    steps.record(Walk(a_profile(name="waiting"), Step.DRY_RUN, Step.DRY_RUN))
    async with _home() as pilot:
        await pilot.press("down")
        await until(pilot, lambda: _title(pilot) == "waiting")
        await pilot.press("enter")
        await arrived(pilot, Step.DRY_RUN)
        await until(pilot, lambda: pilot.app.screen.query("Tab"))
        pilot.app.screen.leave_with(_forward("waiting"))  # type: ignore[attr-defined]
        await arrived(pilot, Step.FINISH)
        await pilot.click("#finish")
        await _is_home(pilot)
        assert _title(pilot) == "waiting"


async def test_a_backup_is_renamed_until_the_server_may_know_it(home: Path) -> None:
    _kept("begun", Step.SERVER)
    _kept("known", Step.FINISH)
    async with _home() as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"known", "enter")
        await until(pilot, lambda: "You already have a backup with that name" in said(pilot))
        await pilot.press("ctrl+u", *"zebra", "enter")
        await _is_home(pilot)
        await until(pilot, lambda: "The backup is now called “zebra”." in said(pilot))
        assert _title(pilot) == "zebra"
        await pilot.press("up", "r")
        await until(pilot, lambda: "so its name can't change" in said(pilot))
    assert profiles.names() == ["known", "zebra"]


@pytest.mark.parametrize(("keys", "stays"), [(("escape",), True), (("enter",), True), (("left", "enter"), False)])
async def test_forgetting_asks_first(home: Path, keys: tuple[str, ...], stays: bool) -> None:
    profile = _kept("amamac")
    key_files.make(profile.key_path, key_files.comment_for("amamac"), None)
    async with _home() as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "or keep both" in said(pilot) and isinstance(pilot.app.focused, Button))
        await pilot.press(*keys)
        await _is_home(pilot)
        if not stays:
            await until(pilot, lambda: "Its key and its passphrase stay." in said(pilot))
        assert profiles.exists("amamac") is stays
    assert profile.key_path.exists()


async def test_forgetting_takes_the_key_along_where_that_is_wished() -> None:
    profile = _kept("amamac")
    key_files.make(profile.key_path, key_files.comment_for("amamac"), None)
    async with _home() as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.focused, Button))
        await pilot.press("left", "left", "enter")
        await until(pilot, lambda: "its key is deleted" in said(pilot) and _title(pilot) == "New backup")
    assert profiles.names() == []
    assert not profile.key_path.exists()


async def test_one_that_another_program_works_on_is_told_and_the_list_is_there_again() -> None:
    _kept("amamac")
    async with _home() as pilot:
        with profile_lock.alone("amamac"):
            await pilot.press("p")
            await until(pilot, lambda: "is using the backup" in text(pilot))
            await pilot.press("escape")
            await _is_home(pilot)


async def test_what_changes_meanwhile_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.home.screen._LOOK_AGAIN_SECONDS", 0.1)
    _kept("amamac")
    async with _home() as pilot:
        await until(pilot, lambda: "Ready for the first backup" in text(pilot))
        record.note(a_profile(), "done")
        _kept("zebra", Step.SERVER)
        await until(pilot, lambda: "Backed up · just now" in text(pilot) and "zebra" in text(pilot))
        assert _title(pilot) == "amamac"


def _title(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#details").border_title)


def _forward(name: str) -> Forward:
    return Forward(profiles.load(name))
