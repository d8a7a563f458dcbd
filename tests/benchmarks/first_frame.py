"""Starts an app without a terminal and ends at its first full frame: the wizard, or a bare one of N widgets."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Static


class BareApp(App[int]):
    """An app of so many widgets and nothing else."""

    def __init__(self, widgets: int) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        """The widgets."""
        for number in range(self._widgets):
            yield Static(str(number))

    def on_mount(self) -> None:
        """End after the first frame."""
        self.call_after_refresh(self.exit)


def show_wizard() -> int:
    """Show the wizard's first screen, and return how many widgets are on it."""
    from screens.app import WizardApp
    from screens.context import Context
    from screens.welcome import WelcomeScreen
    from wizard import steps
    from wizard.client.session import Session

    class Welcome(WelcomeScreen):
        """The first screen, which ends the app once it is shown."""

        def on_mount(self) -> None:
            self.call_after_refresh(self.app.exit, len(self.query("*")))

    with Session() as session:
        import screens.walk_screens

        screens.walk_screens.SCREENS[WelcomeScreen.step] = Welcome
        return WizardApp(steps.new(), Context(session)).run(headless=True) or 0


if __name__ == "__main__":
    if sys.argv[1] == "wizard":
        print(show_wizard())
    else:
        BareApp(int(sys.argv[1])).run(headless=True)
