"""What could not be looked at, in sentences that are read in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.widgets.list_keys import LIST_KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


class ProblemList(VerticalScroll, can_focus=True):
    """Sentences, which may become more."""

    BINDINGS: ClassVar[list[BindingType]] = LIST_KEYS

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="scrolls")
        self._shown = 0

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(markup=False)

    def show(self, sentences: Sequence[str]) -> None:
        """Show these, unless they are shown already."""
        if len(sentences) != self._shown:
            self._shown = len(sentences)
            self.query_one(Static).update("\n".join(f"! {sentence}" for sentence in sentences))
