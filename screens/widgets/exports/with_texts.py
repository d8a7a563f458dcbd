"""What screens with an export pane have in common: its keys count wherever the cursor is."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Tabs

from screens.widgets.exports.export_pane import ExportPane
from wizard.text.language import _

_ON_ANY_TEXT = {"copy", "save", "plain", "turn"}


class WithTexts(Screen[Any]):
    """The keys of the export pane, for as long as one is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", _("Copy")),
        Binding("s", "save", _("Save")),
        Binding("p", "plain", show=False),
        Binding("v", "reveal", _("Show/hide"), show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action in _ON_ANY_TEXT:
            return any(self._panes())
        if action == "reveal":
            return any(pane.holds_secret for pane in self._panes())
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Copy the text."""
        self.query_one(ExportPane).copy()

    def action_save(self) -> None:
        """Save the text."""
        self.query_one(ExportPane).save()

    def action_plain(self) -> None:
        """Show the text without the screen around it."""
        self.query_one(ExportPane).plain()

    def action_reveal(self) -> None:
        """Show the password in the text, or hide it again."""
        self.query_one(ExportPane).reveal()

    def action_turn(self, direction: int) -> None:
        """Show another format."""
        self.query_one(ExportPane).turn(direction)

    def _panes(self) -> list[ExportPane]:
        return [pane for pane in self.query(ExportPane) if pane.display and pane.query(Tabs)]
