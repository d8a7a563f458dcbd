"""One decision of the summary, with a way back to where it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Label, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.descriptions import finish
    from wizard.walk.steps import Step


class Decision(Horizontal):
    """What was decided in words; its button posts `Reopened`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    @dataclass
    class Reopened(Message):
        """The decision is to be made again."""

        step: Step

    def __init__(self, made: finish.Decision) -> None:
        super().__init__(classes="decision")
        self._made = made

    def compose(self) -> ComposeResult:
        """A title, the words, and the way back."""
        yield Label(self._made.title, classes="decision-title", markup=False)
        yield Static(self._made.words, classes="decision-words", markup=False)
        yield Button(self._made.verb, compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Say which decision it is."""
        event.stop()
        self.post_message(self.Reopened(self._made.step))
