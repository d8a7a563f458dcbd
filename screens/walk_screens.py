"""Which screen shows which step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.server import ServerScreen
from screens.welcome import WelcomeScreen

if TYPE_CHECKING:
    from screens.step_screen import StepScreen
    from wizard.steps import Step

SCREENS: dict[Step, type[StepScreen]] = {
    screen.step: screen
    for screen in (
        WelcomeScreen,
        ServerScreen,
    )
}
