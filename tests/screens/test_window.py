"""What belongs to no step: a window that is too small, and a folder that can't be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.pilot import at, said, until, walk, wizard_at
from wizard.profile import Profile
from wizard.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

NEW = Profile(name="amamac")


async def test_a_window_that_is_too_small_says_so_until_it_is_large_enough() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: "This window is 60×20; the wizard needs 80×24." in said(pilot))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: at(pilot) == Step.WELCOME)


async def test_a_settings_folder_that_cannot_be_written_to_is_explained_and_nothing_is_lost(home: Path) -> None:
    (home / ".config").write_text("a file where the folder should be")
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "You can mend this" in said(pilot))
        assert walk(pilot).step == Step.WELCOME
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.WELCOME)
