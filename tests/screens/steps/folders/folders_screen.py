"""The folders' screen, as its tests see it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rich.style import Style

from screens.steps.folders.folder_tree import FolderTree
from tests.support.pilot import until, walk, wizard_at
from wizard.client.folders import exclude_presets
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot


NEW = Profile(name="amamac")
AT_FIRST = exclude_presets.patterns(exclude_presets.presets_at_first(), ())


def named(home: Path, *names: str) -> tuple[str, ...]:
    return tuple(str(home / name) for name in names)


def folder_tree(pilot: Pilot[int]) -> FolderTree:
    return pilot.app.screen.query_one(FolderTree)


def all_rows(pilot: Pilot[int]) -> list[str]:
    """Every row of the tree, also those out of sight."""
    tree = folder_tree(pilot)
    nodes = [tree.get_node_at_line(line) for line in range(tree.last_line + 1)]
    return [tree.render_label(node, Style(), Style()).plain.rstrip() for node in nodes if node]


def row_with(pilot: Pilot[int], name: str) -> str:
    return next((row for row in all_rows(pilot) if name in row), "")


def row_at_cursor(pilot: Pilot[int]) -> str:
    return all_rows(pilot)[folder_tree(pilot).cursor_line]


async def move_to(pilot: Pilot[int], name: str) -> None:
    """Move the cursor to a row with the arrow keys."""
    await until(pilot, lambda: row_with(pilot, name))
    way = all_rows(pilot).index(row_with(pilot, name)) - folder_tree(pilot).cursor_line
    await pilot.press(*["down" if way > 0 else "up"] * abs(way))


@asynccontextmanager
async def opened(profile: Profile = NEW, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    """The screen, once its tree is there."""
    async with wizard_at(profile, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: row_with(pilot, "Work") and row_with(pilot, "The whole computer"))
        yield pilot


async def go_on(pilot: Pilot[int]) -> Profile:
    """Press Enter, and return what was saved."""
    await pilot.press("enter")
    await until(pilot, lambda: walk(pilot).step == Step.SERVER)
    return profiles.load("amamac")
