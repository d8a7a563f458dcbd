"""Which screen shows which step; each is imported when it is first shown, so that the first one shows sooner."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from wizard.steps import Step

if TYPE_CHECKING:
    from screens.step_screen import StepScreen

SCREENS = {
    Step.WELCOME: "welcome.WelcomeScreen",
    Step.FOLDERS: "folders.FoldersScreen",
    Step.SERVER: "server.ServerScreen",
    Step.FINGERPRINT: "fingerprint.FingerprintScreen",
    Step.SCHEME: "scheme.SchemeScreen",
    Step.KEY: "key.KeyScreen",
    Step.HAND_OVER: "hand_over.HandOverScreen",
    Step.PROOF: "proof.ProofScreen",
    Step.DRY_RUN: "dry_run.DryRunScreen",
    Step.FINISH: "finish.FinishScreen",
}


def screen_for(step: Step) -> type[StepScreen]:
    """The screen of a step."""
    module, _, name = SCREENS[step].rpartition(".")
    found: type[StepScreen] = getattr(import_module(f"screens.{module}"), name)
    return found
