"""F1: what the screen at hand is about, over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ExplanationScreen(ModalScreen[None]):
    """A screen's explanation, until a key is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "close", _("Close")),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-8)", show=False),
        Binding("pagedown", "scroll(8)", show=False),
    ]

    def __init__(self, question: str, explanation: str) -> None:
        super().__init__()
        self._question, self._explanation = question, explanation

    def compose(self) -> ComposeResult:
        """A window with the text and a way out."""
        with Vertical(classes="window"):
            yield Label(self._question, classes="window-title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._explanation, markup=False)
            with Horizontal(classes="window-buttons"):
                yield Button(_("Close"), variant="primary", compact=True)

    def action_scroll(self, lines: int) -> None:
        """Move what does not fit, while Enter closes."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_button_pressed(self) -> None:
        """Close."""
        self.action_close()

    def action_close(self) -> None:
        """Close."""
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss()
