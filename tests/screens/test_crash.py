"""A crash of the screens: what a person reads, and what is kept."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Tabs

from screens.base_app import BaseApp
from tests.support import canary
from tests.support.pilot import wizard_at
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

NEW = Profile(name="amamac")
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
_ENDS = """
import functools, sys
from textual.widgets import Tabs

from screens.base_app import BaseApp

BaseApp.run = functools.partialmethod(BaseApp.run, headless=True)

def crash(app):
    raise ZeroDivisionError

def leave(app):
    app.exit(0)

"""
_WIZARD = """
from screens import app
from wizard.walk import steps
app.WizardApp.on_mount = {how}
sys.exit(app.run(steps.new()))
"""
_ADMIN = """
from screens.admin import app
app.AdminApp.on_mount = {how}
sys.exit(app.run([]))
"""


@pytest.mark.parametrize("app", [_WIZARD, _ADMIN], ids=["wizard", "admin"])
@pytest.mark.parametrize(("how", "exit_code"), [("crash", 70), ("leave", 0)])
def test_a_crash_ends_with_a_code_of_its_own(home: Path, app: str, how: str, exit_code: int) -> None:
    ended = subprocess.run([sys.executable, "-c", _ENDS + app.format(how=how)], capture_output=True, timeout=60)
    assert ended.returncode == exit_code, ended.stderr


def test_a_crash_is_told_in_a_sentence_and_without_the_values_of_variables(home: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _CRASHES], capture_output=True, text=True, timeout=60)
    shown = ended.stdout + ended.stderr
    assert "backup-wizard has a bug and had to stop (ZeroDivisionError)" in " ".join(shown.split())
    assert canary.SECRET not in shown
    assert "Traceback" not in shown
    (report,) = home.rglob("crash.txt")
    assert "len(passphrase) // 0" in report.read_text() or "ZeroDivisionError" in report.read_text()
    assert canary.files_holding(canary.SECRET, home) == []


class _Left(BaseApp):
    """Its work looks for a widget that is gone, or never came, when the app is left."""

    def on_mount(self) -> None:
        self.run_worker(self._work())

    async def _work(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.query_one("#gone")


async def test_work_that_misses_a_widget_while_the_app_is_left_is_no_crash() -> None:
    app = _Left()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.exit(0)
    assert app.return_code == 0


async def test_what_a_widget_misses_on_its_way_out_is_no_crash() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        tabs = Tabs("one", "two")
        await pilot.app.screen.mount(tabs)
        await tabs.remove()
        pilot.app.call_later(tabs._highlight_active)
        await pilot.pause()
        assert pilot.app._exception is None
        assert not pilot.app._exit
