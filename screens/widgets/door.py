"""One door that has to be shut, and whether it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.schemes.base import Refusal
    from wizard.server.locks import Finding

_SIGNS = {True: ("✓", "shut"), False: ("✗", "ajar"), None: ("?", "unsure")}


class Door(Vertical):
    """What is tried, and what was found."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(id=f"door-{refusal.id}", classes="door")
        self._title = refusal.title

    def compose(self) -> ComposeResult:
        """A title, and a line under it."""
        yield Static(classes="door-title", markup=False)
        yield Static(classes="door-detail", markup=False)

    def on_mount(self) -> None:
        """Nothing was tried yet."""
        self.reset()

    def reset(self) -> None:
        """Forget what was found."""
        self._say("…", "", "")

    def tell(self, finding: Finding) -> None:
        """Show what was found."""
        sign, tone = _SIGNS[finding.held]
        self._say(sign, tone, finding.detail)

    def _say(self, sign: str, tone: str, detail: str) -> None:
        self.set_classes(f"door {tone}")
        title, line = self.query(Static)
        title.update(f"{sign} {self._title}")
        line.update(detail)
