"""What a larger window tells of a backup besides: its last runs, or its steps, and the commands for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.screens.home.at_home import home_screen, kept
from tests.support.pilot import text, until
from wizard.running.history import Run
from wizard.storage import state_files
from wizard.walk.steps import Step

_NOW = datetime.now(UTC)


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
async def test_a_larger_window_lists_the_last_backups(size: tuple[int, int]) -> None:
    kept("amamac", last=_NOW, last_good=_NOW)
    went_well = Run(began=_NOW, seconds=30, new=12, changed=3, bytes=4_200_000)
    failed = Run(began=_NOW - timedelta(days=1), result="failed", why="The server can't be\x1b reached.")
    state_files.save("amamac", "runs.json", [went_well, failed])
    async with home_screen(size) as pilot:
        await until(pilot, lambda: "12 new, 3 changed, 0 deleted · 4.2 MB in 30 s" in text(pilot))
        assert "The server can't be␛ reached." in text(pilot)
        assert "backup-wizard run amamac" in text(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "Steps" in text(pilot))
        assert "Last backups" not in text(pilot)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Steps" not in text(pilot))


async def test_of_an_unfinished_one_it_shows_the_steps() -> None:
    kept("amamac", Step.SERVER)
    async with home_screen((120, 40)) as pilot:
        await until(pilot, lambda: "✓  Folders      " in text(pilot) and "▸  Server" in text(pilot))
        assert "·  Practice run" in text(pilot)
        assert "The same in a terminal" not in text(pilot)


async def test_a_backup_that_never_ran_has_none_to_list() -> None:
    kept("amamac")
    async with home_screen((120, 40)) as pilot:
        await until(pilot, lambda: "None yet." in text(pilot))
