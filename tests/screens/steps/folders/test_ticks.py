"""Folders are ticked in a tree, by keys and by clicks, and stay ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.steps.folders.folders_screen import (
    AT_FIRST,
    NEW,
    all_rows,
    go_on,
    move_to,
    named,
    opened,
    row_at_cursor,
    row_with,
)
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.client.folders import exclude_presets
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_one_enter_takes_the_usual_folders(home: Path, size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.FOLDERS, size=size) as pilot:
        saved = await go_on(pilot)
    assert saved.folders == named(home, "Documents", "Pictures")
    assert saved.exclude == AT_FIRST
    assert not saved.delete


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_ticks_sizes_and_the_total_are_shown(size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        await until(pilot, lambda: "6 files and folders (2.0 MB) will be backed up." in text(pilot))
        await until(pilot, lambda: "503.0 kB" in row_with(pilot, "Documents"))
        rows = [" ".join(row.split()) for row in all_rows(pilot)]
        assert rows[0] == "▾ [–] Your home folder"
        assert rows[1:4] == ["▸ [✓] Documents 503.0 kB", "▸ [✓] Pictures 2.0 MB", "▸ [ ] Downloads"]
        assert len(set(rows)) == len(rows)
        assert all(row.strip() in text(pilot) for row in all_rows(pilot))
        assert "Enter continues" in text(pilot)
        await until(
            pilot, lambda: "caches (nothing), trash (nothing), temporary files (1 file, 500.0 kB)" in said(pilot)
        )
        assert ("[✓] Trash" in text(pilot)) == (size != (80, 24))


async def test_space_ticks_and_clears_and_the_total_follows(home: Path) -> None:
    async with opened() as pilot:
        await move_to(pilot, "Pictures")
        await pilot.press("space")
        assert row_with(pilot, "Pictures") == "▸ [ ] Pictures"
        await until(pilot, lambda: "4 files and folders (3.0 kB) will be" in said(pilot))
        await move_to(pilot, "Work")
        await pilot.press("space")
        await until(pilot, lambda: "6 files and folders (3.0 kB) will be" in said(pilot))
        await until(pilot, lambda: row_with(pilot, "[✓] Work").endswith("empty"))
        assert (await go_on(pilot)).folders == named(home, "Documents", "Work")


async def test_a_click_on_a_box_ticks_and_one_on_an_arrow_opens() -> None:
    async with opened() as pilot:
        lines = text(pilot).splitlines()
        y = next(y for y, line in enumerate(lines) if "Work" in line)
        await pilot.click(offset=(lines[y].index("[ ]") + 1, y))
        await until(pilot, lambda: "[✓] Work" in text(pilot))
        await pilot.click(offset=(lines[y].index("▸"), y))
        await until(pilot, lambda: "▸  ✓  2024" in text(pilot))
        assert "[✓] Work" in text(pilot)


async def test_arrows_open_step_into_and_close_a_folder() -> None:
    async with opened() as pilot:
        await pilot.press("right")
        await until(pilot, lambda: row_with(pilot, "Letters") == "▸  ✓  Letters")
        await pilot.press("right")
        assert "Letters" in row_at_cursor(pilot)
        await pilot.press("right")
        await until(pilot, lambda: row_with(pilot, "Letters") == "   ✓  Letters")
        await pilot.press("left")
        assert "Documents" in row_at_cursor(pilot)
        await pilot.press("left")
        assert not row_with(pilot, "Letters")


async def test_a_tick_covers_all_that_is_in_the_folder(home: Path) -> None:
    async with opened() as pilot:
        await pilot.press("right")
        await move_to(pilot, "Letters")
        await pilot.press("space")
        await until(pilot, lambda: "“Letters” is included with “Documents”" in said(pilot))
        await pilot.press("home", "space")
        assert row_with(pilot, "Documents").startswith("▾  ✓  Documents")
        assert row_with(pilot, "Work").startswith("▸  ✓  Work")
        assert "“Letters” is included" not in said(pilot)
        assert (await go_on(pilot)).folders == (str(home),)


async def test_nothing_ticked_is_told_on_continue_alone() -> None:
    async with opened() as pilot:
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "Nothing is selected yet." in said(pilot))
        assert "✗" not in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "✗ Select at least one folder" in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("escape")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_back_and_forth_keeps_what_was_ticked(home: Path, size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        await move_to(pilot, "Work")
        await pilot.press("space", "f2", "space", "tab", "x", "f2", "escape")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS and row_with(pilot, "[✓] Work"))
        saved = await go_on(pilot)
    assert saved.folders == named(home, "Documents", "Pictures", "Work")
    assert saved.exclude == exclude_presets.patterns(frozenset({"bins", "temporary"}), ("x",))


async def test_a_profile_comes_back_as_it_was(home: Path) -> None:
    before = Profile(name="amamac", folders=named(home, "Work/2024"), exclude=("*.iso", ".cache/", "a, b"))
    async with opened(before) as pilot:
        await until(pilot, lambda: row_with(pilot, "[✓] 2024"))
        assert row_with(pilot, "[ ] Documents")
        await until(pilot, lambda: "Skipped: *.iso (nothing), .cache/ (nothing), a, b (nothing)" in said(pilot))
        assert await go_on(pilot) == before
