"""A failure that belongs to no step, over the screen at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from screens.widgets.trouble_panel import TroublePanel

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.trouble import Trouble


class TroubleScreen(ModalScreen[None]):
    """One failure, explained, until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("f2", "printed", "What was printed"),
    ]

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        """The explanation and a way out."""
        with Vertical(classes="window"):
            yield Label("That did not work", classes="window-title")
            with VerticalScroll():
                yield TroublePanel(self._trouble)
            yield Button("Close", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The way out has the focus."""
        self.query_one(Button).focus()

    def action_printed(self) -> None:
        """Show what a program printed, or put it away."""
        self.query_one(TroublePanel).unfold()

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss()
