"""Which screen shows which step; each is imported when it is first shown, so that the first one shows sooner."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from wizard.walk.steps import Step

if TYPE_CHECKING:
    from screens.steps.step_screen import StepScreen

SCREENS = {
    Step.WELCOME: "welcome.screen.WelcomeScreen",
    Step.FOLDERS: "folders.screen.FoldersScreen",
    Step.SERVER: "server.screen.ServerScreen",
    Step.FINGERPRINT: "fingerprint.screen.FingerprintScreen",
    Step.SCHEME: "scheme.screen.SchemeScreen",
    Step.VERSIONS: "versions.screen.VersionsScreen",
    Step.KEY: "key.screen.KeyScreen",
    Step.HAND_OVER: "hand_over.screen.HandOverScreen",
    Step.SECURITY_CHECK: "security_check.screen.SecurityCheckScreen",
    Step.DRY_RUN: "dry_run.screen.DryRunScreen",
    Step.SCHEDULE: "schedule.screen.ScheduleScreen",
    Step.FINISH: "finish.screen.FinishScreen",
}


def screen_for(step: Step) -> type[StepScreen]:
    """The screen of a step."""
    module, _, name = SCREENS[step].rpartition(".")
    found: type[StepScreen] = getattr(import_module(f"screens.steps.{module}"), name)
    return found
