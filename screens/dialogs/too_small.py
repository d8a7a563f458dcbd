"""A window that is too small to be read says so, and disappears once it is large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen
from textual.widgets import Static

from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Resize

SMALLEST = (80, 24)


class TooSmallScreen(ModalScreen[None]):
    """Asks for a larger window."""

    _is_over = False

    def compose(self) -> ComposeResult:
        """One sentence that fits nearly anywhere."""
        yield Static(self._sentence(), id="too-small", markup=False)

    def on_resize(self, event: Resize) -> None:
        """Go away once there is room."""
        if event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]:
            self.query_one(Static).update(self._sentence())
        elif not self._is_over:
            self._is_over = True  # a second size may follow before it is gone
            self.dismiss()

    def _sentence(self) -> str:
        width, height = self.app.size
        return (
            _("This window is {width}×{height}. backup-wizard needs {least_width}×{least_height}.")
            + "\n"
            + _("Make it larger, or use a smaller font. Nothing is lost.")
        ).format(width=width, height=height, least_width=SMALLEST[0], least_height=SMALLEST[1])
