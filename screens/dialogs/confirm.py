"""Asks again, in words, before something that a person may regret."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ConfirmScreen(ModalScreen[bool]):
    """Returns whether the person wants it all the same; Enter and Escape alone never do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "refuse", _("Cancel")),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, words: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._title, self._words, self._yes, self._no = title, words, yes, no

    def compose(self) -> ComposeResult:
        """What it means, and both answers."""
        with Vertical(classes="window"):
            yield Label(self._title, classes="window-title", markup=False)
            yield Static(self._words, classes="window-words", markup=False)
            with Horizontal(classes="window-buttons"):
                yield Button(self._yes, id="yes", compact=True)
                yield Button(self._no, id="no", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take the answer."""
        self._answer(event.button.id == "yes")

    def action_refuse(self) -> None:
        """Cancel, as Escape does: nothing is confirmed."""
        self._answer(False)

    def _answer(self, answer: bool) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(answer)
