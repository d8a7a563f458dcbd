"""A text with its label at the left, which keep apart however often the text wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Label, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Labelled(Horizontal):
    """One label and its text, which can change."""

    def __init__(self, label: str, *, id: str) -> None:
        super().__init__(id=id, classes="labelled")
        self._label = label

    def compose(self) -> ComposeResult:
        """The label and the text."""
        yield Label(self._label, classes="labelled-label", markup=False)
        yield Static(classes="labelled-text", markup=False)

    def say(self, text: str) -> None:
        """Show another text."""
        self.query_one(".labelled-text", Static).update(text)
