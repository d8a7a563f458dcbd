"""A failure that belongs to no step, over the screen at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from screens.widgets.trouble_panel import TroublePanel
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.trouble import Trouble


class TroubleScreen(ModalScreen[bool]):
    """One failure, explained, until it is closed; returns whether it is to be tried again, where that is offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", _("Close")),
        Binding("f2", "printed", _("Technical details")),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, trouble: Trouble, *, again: str = "", close: str = "") -> None:
        super().__init__()
        self._trouble = trouble
        self._again, self._close = again, close or _("Close")

    def compose(self) -> ComposeResult:
        """The explanation and the ways out."""
        with Vertical(classes="window"):
            yield Label(_("That didn't work"), classes="window-title", markup=False)
            with VerticalScroll():
                yield TroublePanel(self._trouble)
            with Horizontal(classes="window-buttons"):
                if self._again:
                    yield Button(self._again, id="again", variant="primary", compact=True)
                yield Button(self._close, id="close", variant="default" if self._again else "primary", compact=True)

    def on_mount(self) -> None:
        """The first way out has the focus."""
        self.query(Button).first().focus()

    def action_printed(self) -> None:
        """Show the technical details, or hide them."""
        self.query_one(TroublePanel).unfold()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close, or try again."""
        self._leave(again=event.button.id == "again")

    def action_close(self) -> None:
        """Close."""
        self._leave(again=False)

    def _leave(self, *, again: bool) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(again)
