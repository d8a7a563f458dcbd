"""Which screen shows which step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.dry_run import DryRunScreen
from screens.fingerprint import FingerprintScreen
from screens.finish import FinishScreen
from screens.folders import FoldersScreen
from screens.hand_over import HandOverScreen
from screens.key import KeyScreen
from screens.proof import ProofScreen
from screens.scheme import SchemeScreen
from screens.server import ServerScreen
from screens.welcome import WelcomeScreen

if TYPE_CHECKING:
    from screens.step_screen import StepScreen
    from wizard.steps import Step

SCREENS: dict[Step, type[StepScreen]] = {
    screen.step: screen
    for screen in (
        WelcomeScreen,
        FoldersScreen,
        ServerScreen,
        FingerprintScreen,
        SchemeScreen,
        KeyScreen,
        HandOverScreen,
        ProofScreen,
        DryRunScreen,
        FinishScreen,
    )
}
