"""The home screen: every backup with what can be done, by key and by button."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from textual.widgets import Button, Input

from tests.screens.home.at_home import home_screen, is_home, kept, title
from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, said, text, until
from wizard.client import profile_lock
from wizard.client.keys import key_files
from wizard.profile import Schedule
from wizard.restore.drills import drill
from wizard.restore.drills.drill import Drill
from wizard.running import record
from wizard.running.record import Source
from wizard.schedule import waiting
from wizard.server.locks import checked
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_each_backup_is_there_with_its_state_its_age_and_what_to_do(size: tuple[int, int]) -> None:
    now = datetime.now(UTC)
    kept("amamac", last=now, last_good=now - timedelta(hours=3))
    kept("begun", Step.SERVER)
    kept("failed", last=now, result="failed", why="The disk is full.", last_good=now - timedelta(days=2))
    kept("stopped", last=now - timedelta(minutes=9), result="unfinished")
    kept("waiting", Step.HAND_OVER)
    async with home_screen(size) as pilot:
        await until(pilot, lambda: "Backed up · 3 hours ago" in text(pilot) and "Setup not finished" in text(pilot))
        for name, told in (
            ("amamac", "3 hours ago ("),
            ("begun", "Continue at “Server”."),
            ("failed", "The disk is full."),
            ("stopped", "It stopped before it was finished, 9 minutes ago."),
            ("waiting", "The message to your admin was written just now."),
        ):
            await until(pilot, lambda: title(pilot) == name)  # noqa: B023 - awaited here
            await until(pilot, lambda: told in " ".join(text(pilot).split()))  # noqa: B023
            await pilot.press("down")
        await until(pilot, lambda: title(pilot) == "New backup")


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_when_it_is_made_next_and_what_it_waits_for_is_told_and_too_old_by_its_own_days(
    size: tuple[int, int],
) -> None:
    now = datetime.now(UTC)
    kept("amamac", schedule=Schedule(every="daily", warn_after_days=2), last=now, last_good=now - timedelta(days=3))
    waiting.note("amamac", "server")
    async with home_screen(size) as pilot:
        await until(pilot, lambda: "Backup too old · 3 days ago" in text(pilot))
        await until(pilot, lambda: "The last good backup is 3 days old." in " ".join(text(pilot).split()))
        assert "Next backup       as soon as possible" in text(pilot)
        assert "Waiting until the server can be reached" in text(pilot)


async def test_a_folder_that_was_added_and_a_new_server_are_not_told_as_backed_up() -> None:
    now = datetime.now(UTC)
    profile = kept("amamac")
    record.note(profile, "done", since=now.timestamp(), sources={one: Source("/", False) for one in profile.folders})
    profiles.save(replace(profile, folders=(*profile.folders, "/home/amanda/Photos")))
    moved = kept("moved", last=now, last_good=now)
    profiles.save(replace(moved, server=replace(moved.server, host="new.example.lan")))
    async with home_screen() as pilot:
        await until(pilot, lambda: "“Photos” isn't backed up yet." in text(pilot))
        await pilot.press("down")
        await until(pilot, lambda: title(pilot) == "moved" and "Ready for the first backup" in text(pilot))
        assert "Last good backup  none yet" in text(pilot)
        assert "Backed up" not in text(pilot)


async def test_what_the_last_security_check_found_open_and_what_the_last_drill_came_to_is_told() -> None:
    kept("amamac", last=datetime.now(UTC), last_good=datetime.now(UTC))
    checked.note("amamac", "open")
    drill.note("amamac", Drill(when=datetime.now(UTC), how="restored", equal=40))
    async with home_screen() as pilot:
        await until(pilot, lambda: "Not everything is locked. Run the security check" in text(pilot))
        assert "Backup test" in text(pilot)
        assert "40 files, chosen at random" in text(pilot)


async def test_all_that_can_be_done_is_in_the_footer_and_on_buttons() -> None:
    kept("amamac")
    async with home_screen() as pilot:
        for key in ("b Back up", "g Get files back", "p Practice run", "s Check", "c Change", "f Forget", "n New"):
            await until(pilot, lambda: key in text(pilot))  # noqa: B023
        for key in ("r Rename", "F1 Help", "Ctrl+Q Quit"):
            assert key in text(pilot)
        labels = [str(button.label) for button in pilot.app.screen.query(Button) if button.display]
        first = ["Back up now", "Get files back", "Practice run"]
        assert labels == [*first, "Security check", "Show message", "Change …", "Forget …"]
        await pilot.press("f1")
        await until(pilot, lambda: "Each backup is one line." in said(pilot))


async def test_a_backup_is_renamed_until_the_server_may_know_it(home: Path) -> None:
    kept("begun", Step.SERVER)
    kept("known", Step.FINISH)
    async with home_screen() as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"known", "enter")
        await until(pilot, lambda: "You already have a backup with that name" in said(pilot))
        await pilot.press("ctrl+u", *"zebra", "enter")
        await is_home(pilot)
        await until(pilot, lambda: "The backup is now called “zebra”." in said(pilot))
        assert title(pilot) == "zebra"
        await pilot.press("up", "r")
        await until(pilot, lambda: "so its name can't change" in said(pilot))
    assert profiles.names() == ["known", "zebra"]


@pytest.mark.parametrize(("keys", "stays"), [(("escape",), True), (("enter",), True), (("left", "enter"), False)])
async def test_forgetting_asks_first(home: Path, keys: tuple[str, ...], stays: bool) -> None:
    profile = kept("amamac")
    key_files.make(profile.key_path, key_files.comment_for("amamac"), None)
    async with home_screen() as pilot:
        await pilot.press("f")
        await until(pilot, lambda: "or keep both" in said(pilot) and isinstance(pilot.app.focused, Button))
        await pilot.press(*keys)
        await is_home(pilot)
        if not stays:
            await until(pilot, lambda: "Its key and its passphrase stay." in said(pilot))
        assert profiles.exists("amamac") is stays
    assert profile.key_path.exists()


async def test_forgetting_takes_the_key_along_where_that_is_wished() -> None:
    profile = kept("amamac")
    key_files.make(profile.key_path, key_files.comment_for("amamac"), None)
    async with home_screen() as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.focused, Button))
        await pilot.press("left", "left", "enter")
        await until(pilot, lambda: "its key is deleted" in said(pilot) and title(pilot) == "New backup")
    assert profiles.names() == []
    assert not profile.key_path.exists()


async def test_one_that_another_program_works_on_is_told_and_the_list_is_there_again() -> None:
    kept("amamac")
    async with home_screen() as pilot:
        with profile_lock.alone("amamac"):
            await pilot.press("p")
            await until(pilot, lambda: "is using the backup" in text(pilot))
            await pilot.press("escape")
            await is_home(pilot)


async def test_what_changes_meanwhile_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.home.screen._LOOK_AGAIN_SECONDS", 0.1)
    kept("amamac")
    async with home_screen() as pilot:
        await until(pilot, lambda: "Ready for the first backup" in text(pilot))
        record.note(a_profile(), "done")
        kept("zebra", Step.SERVER)
        await until(pilot, lambda: "Backed up · just now" in text(pilot) and "zebra" in text(pilot))
        assert title(pilot) == "amamac"
