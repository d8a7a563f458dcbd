"""The scheme's screen, as its tests see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from screens.dialogs.confirm import ConfirmScreen
from tests.support.data.profiles import a_profile
from tests.support.pilot import until
from wizard.profile import SchemeSettings

if TYPE_CHECKING:
    from textual.pilot import Pilot


PLAIN = a_profile(scheme=SchemeSettings())
MORE = ("tab", "enter", "tab")


async def asked_for_more(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))


def root(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one("#root Input", Input).value
