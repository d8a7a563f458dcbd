"""One door that has to be shut, and whether it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from wizard.schemes.base import SecurityCheck
    from wizard.server.locks import Finding

_SIGNS = {True: ("✓", "shut"), False: ("✗", "ajar"), None: ("?", "unsure")}
_COLOURS = {"shut": "ansi_green", "ajar": "ansi_bright_red", "unsure": "ansi_yellow", "tried": "ansi_cyan"}
_UNTESTABLE = ("–", "untestable")


class Door(Static):
    """A line: the door's sign and its name."""

    def __init__(self, check: SecurityCheck) -> None:
        super().__init__(id=f"door-{check.id}", classes="door", markup=False)
        self._title = check.title
        self.reset()

    def reset(self) -> None:
        """Forget what was found."""
        self._say("·", "untried")

    def begin(self) -> None:
        """It is tried now."""
        self._say("…", "tried")

    def tell(self, finding: Finding) -> None:
        """Show what was found."""
        is_untestable = finding.held is None and not finding.testable
        self._say(*(_UNTESTABLE if is_untestable else _SIGNS[finding.held]))

    def _say(self, sign: str, tone: str) -> None:
        self.set_classes(f"door {tone}")
        self.update(Content.assemble((sign, f"bold {_COLOURS[tone]}" if tone in _COLOURS else ""), f" {self._title}"))
