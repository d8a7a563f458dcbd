"""The keys at the bottom of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Keys(Footer):
    """Textual's footer, whose keys know from the start how they look: each would else be styled three times.

    `columns` are for a footer that its style lays out as a grid.
    """

    def __init__(self, columns: int = 0) -> None:
        super().__init__(show_command_palette=False)
        self._columns = columns

    def compose(self) -> ComposeResult:
        """The keys."""
        for widget in super().compose():
            if compact := getattr(type(widget), "compact", None):
                widget.set_reactive(compact, self.compact)
            yield widget
        if self._columns:  # the library has one for each key
            self.styles.grid_size_columns = self._columns
