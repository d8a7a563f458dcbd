"""A failure where it happened: what, who mends it, what to do, the words to send, and what was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Collapsible, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.trouble import Trouble


class TroublePanel(Vertical):
    """The explanation of one failure."""

    def __init__(self, trouble: Trouble, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="trouble")
        self.trouble = trouble

    def compose(self) -> ComposeResult:
        """The sentences, then what can be unfolded."""
        yield Static(f"✗ {self.trouble.what}.", classes="trouble-what", markup=False)
        yield Static(f"{_capital(self.trouble.who.value)}. {self.trouble.to_do}", markup=False)
        if self.trouble.forward:
            yield Static(self.trouble.forward, classes="trouble-forward", markup=False)
        if self.trouble.raw:
            with Collapsible(title="What was printed"):
                yield Static(self.trouble.raw, markup=False)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
