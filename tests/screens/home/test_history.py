"""The last runs of a backup, on the home screen and by `show`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from screens.dialogs.explanation import ExplanationScreen
from tests.screens.home.at_home import home_screen, is_home, kept
from tests.support.commands import backup_wizard
from tests.support.pilot import SIZES, said, text, until
from wizard.running import history, record
from wizard.running.history import Run
from wizard.storage import state_files

if TYPE_CHECKING:
    from textual.pilot import Pilot

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
RUNS = [
    Run(began=NOW, seconds=65, result="failed", why="The disk\n\x1b[31mis full", by="schedule"),
    Run(began=NOW - HOUR, seconds=5, new=3, changed=2, deleted=1, files=12_000, bytes=3_400_000, by="schedule"),
    Run(began=NOW - 2 * HOUR, seconds=2, result="unfinished"),
    *(Run(began=NOW - hours * HOUR, result="incomplete", new=hours) for hours in range(3, 60)),
]
TOLD = [
    *(f"{record.local(NOW)} · Failed · by the schedule", "after 1 min 5 s"),
    f"{record.local(NOW - HOUR)} · Backed up · by the schedule",
    "3 new, 2 changed, 1 deleted · 12,000 files and folders · 3.4 MB in 5 s",
    *(f"{record.local(NOW - 2 * HOUR)} · Stopped · by you", "after 2 s"),
    *(f"{record.local(NOW - 49 * HOUR)} · Some files weren't backed up · by you", "49 new, 0 changed"),
]


def made() -> None:
    kept("amamac", last=NOW, result="failed", last_good=NOW - HOUR, why="The disk is full")
    state_files.save("amamac", "runs.json", RUNS)


def opened(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, ExplanationScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_the_last_runs_are_a_key_away(size: tuple[int, int]) -> None:
    made()
    async with home_screen(size) as pilot:
        await until(pilot, lambda: "History" in text(pilot))
        await pilot.press("h")
        await until(pilot, lambda: opened(pilot) and "by the schedule" in text(pilot))
        for told in ("The last runs of “amamac”", *TOLD):
            assert told in said(pilot)
        assert "50 new" not in said(pilot)
        await pilot.press("enter")
        await is_home(pilot)
        await pilot.click("#history")
        await until(pilot, lambda: opened(pilot))


def test_show_prints_them() -> None:
    made()
    shown = " ".join(backup_wizard("show", "amamac").stdout.replace("\n#", " ").split())
    for told in ("last runs:", *TOLD):
        assert told in shown
    assert "\x1b" not in shown
    state_files.forget("amamac", "runs.json")
    assert "last runs" not in backup_wizard("show", "amamac").stdout
    assert history.listed("amamac") == "No runs are kept of this backup."
