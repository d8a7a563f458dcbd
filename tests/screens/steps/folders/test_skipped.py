"""What is skipped and what is deleted from the backup, and how a low window shows it."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.widgets import Input

from screens.steps.folders.folder_tree import FolderTree
from screens.steps.folders.screen import FoldersScreen
from screens.widgets.tick_list import TickList
from tests.screens.steps.folders.folders_screen import (
    AT_FIRST,
    go_on,
    opened,
)
from tests.support.pilot import TRIED_SIZES, said, text, until, walk
from wizard.client.folders import exclude_presets
from wizard.profile import Profile, SchemeSettings
from wizard.walk.steps import Step


async def test_what_is_left_out_is_ticked_and_typed_with_keys() -> None:
    async with opened() as pilot:
        await pilot.press("f2", "down", "down", "space")
        await until(pilot, lambda: "[ ] Temporary files" in text(pilot))
        await until(pilot, lambda: "7 files and folders (2.5 MB) will be" in said(pilot))
        await pilot.press("tab", *"o*")
        await until(pilot, lambda: "5 files and folders (500.0 kB) will be" in said(pilot))
        await pilot.press("tab", "space")
        await until(pilot, lambda: "[✓] Delete from the backup" in text(pilot))
        saved = await go_on(pilot)
    assert saved.exclude == exclude_presets.patterns(frozenset({"caches", "bins"}), ("o*",))
    assert (saved.delete, saved.scheme.allow_delete) == (True, True)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_keys_in_one_burst_go_where_they_would_have_gone_typed_slowly(size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        for key in ("f2", "tab", *"w*", "f2", "down", "f2", "space"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else " " if key == "space" else None))
        await until(pilot, lambda: "[ ] Caches" in text(pilot))
        # Each widget takes the keys that it is given in its own time.
        await until(pilot, lambda: pilot.app.screen.query_one("#own Input", Input).value == "w*")
        assert "Find: " not in said(pilot)


async def test_where_the_cursor_was_before_turns_nothing_back() -> None:
    """A message of it may come late, while the cursor is on its way to the other part."""
    async with opened() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, FoldersScreen)
        screen.action_turn()
        assert isinstance(pilot.app.focused, FolderTree)
        screen._follow_the_cursor()
        await until(pilot, lambda: isinstance(pilot.app.focused, TickList))
        assert "Skip these" in text(pilot)


async def test_a_pattern_that_can_t_be_taken_is_told_under_its_line() -> None:
    async with opened() as pilot:
        await pilot.press("f2", "tab", "!", "f2", "enter")
        await until(pilot, lambda: "✗ rsync would read this as a command" in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("backspace")
        assert (await go_on(pilot)).exclude == AT_FIRST


async def test_removing_is_not_offered_where_the_server_keeps_all() -> None:
    async with opened(Profile(name="amamac", scheme=SchemeSettings(append_only=True)), size=(120, 40)) as pilot:
        assert "Trash" in text(pilot)
        assert "Delete from the backup" not in text(pilot)
        assert not (await go_on(pilot)).delete


async def test_in_a_low_window_escape_and_back_lead_to_the_folders_first() -> None:
    async with opened() as pilot:
        for turn in ("f2", "#turn"):
            await (pilot.click(turn) if turn.startswith("#") else pilot.press(turn))
            await until(pilot, lambda: "Trash" in text(pilot) and "Documents" not in text(pilot))
            await (pilot.click("#back") if turn.startswith("#") else pilot.press("escape"))
            await until(pilot, lambda: "Documents" in text(pilot) and "Trash" not in text(pilot))
        await pilot.click("#back")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)


async def test_a_window_that_gets_lower_shows_where_the_cursor_is() -> None:
    async with opened(size=(120, 40)) as pilot:
        await pilot.press("f2")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Trash" in text(pilot) and "Documents" not in text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "[ ] Caches" in text(pilot))
