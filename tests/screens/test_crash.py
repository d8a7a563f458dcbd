"""A crash of the screens: what a person reads, and what is kept."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from textual.screen import Screen

from screens.base_app import BaseApp
from tests.support import canary

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_CRASHES = f"""
import screens.app as it
from wizard.walk import steps
from screens.context import Context
from wizard.client.session import Session

class Crashing(it.WizardApp):
    def on_mount(self):
        passphrase = "{canary.SECRET[:6]}" + "{canary.SECRET[6:]}"
        assert len(passphrase) // 0

with Session() as session:
    Crashing(steps.new(), Context(session)).run(headless=True)
"""


def test_a_crash_is_told_in_a_sentence_and_without_the_values_of_variables(home: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _CRASHES], capture_output=True, text=True, timeout=60)
    shown = ended.stdout + ended.stderr
    assert "backup-wizard made a mistake of its own (ZeroDivisionError)" in " ".join(shown.split())
    assert canary.SECRET not in shown
    assert "Traceback" not in shown
    (report,) = home.rglob("crash.txt")
    assert "len(passphrase) // 0" in report.read_text() or "ZeroDivisionError" in report.read_text()
    assert canary.files_holding(canary.SECRET, home) == []


class Missing(Screen[None]):
    """A screen whose work looks for a widget that it doesn't have."""

    def on_unmount(self) -> None:
        self.app.run_worker(self._look())

    async def _look(self) -> None:
        self.query_one("#forward")


async def test_work_that_misses_its_widgets_as_the_app_is_left_is_no_crash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = BaseApp()
    async with app.run_test() as pilot:
        await app.push_screen(Missing())
        app.exit(0)
        await app.pop_screen()
        await pilot.pause()
    assert app.return_value == 0
    assert not capsys.readouterr().err
