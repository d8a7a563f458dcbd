"""A screen that steps back while a dialog is over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen, Screen, ScreenResultType

if TYPE_CHECKING:
    from textual.events import ScreenResume, ScreenSuspend


class DimmingScreen(Screen[ScreenResultType]):
    """Dims under a dialog: the terminal's palette has no shades that Textual could dim it by."""

    def on_screen_suspend(self, _: ScreenSuspend) -> None:
        """A dialog is over it, or another screen."""
        self.set_class(isinstance(self.app.screen, ModalScreen), "-behind")

    def on_screen_resume(self, _: ScreenResume) -> None:
        """It is in front again."""
        self.remove_class("-behind")
