"""A list of very many lines, of which only those in sight are ever made."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.cells import filled
from screens.rows import EntryRows, Row
from screens.widgets.list_keys import LIST_KEYS
from wizard import display
from wizard.server.listing import Listing

_SIZE_WIDTH = 9


class EntryList(ScrollView, can_focus=True):
    """Rows that may become more while they are shown."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"entry-list--size"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *LIST_KEYS,
        Binding("home", "go(0)", show=False),
        Binding("end", "go(1)", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="scrolls")
        self._rows = EntryRows(Listing(), tuple, "")
        self._is_whole = False

    def show(self, rows: EntryRows, *, is_whole: bool) -> None:
        """Show other rows, from the top."""
        self._rows = rows
        self.scroll_to(0, 0, animate=False)
        self.grow(is_whole=is_whole)

    def grow(self, *, is_whole: bool) -> None:
        """Take in what has come; only a list that is whole is told to be empty."""
        self._is_whole = is_whole
        size = Size(0, max(len(self._rows), 1))
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def action_go(self, end: int) -> None:
        """To the top or to the end, at once."""
        self.scroll_to(y=end * self.max_scroll_y, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        plain, dim = self.rich_style, self.get_component_rich_style("entry-list--size")
        width, number = self.scrollable_content_region.width, self.scroll_offset.y + y
        if number < len(self._rows):
            margin, text = _parts(self._rows.row(number))
            return Strip([Segment(margin, dim), Segment(filled(text, max(width - len(margin), 0)), plain)])
        is_told = number == 0 and self._is_whole
        return Strip([Segment(filled(self._rows.empty if is_told else "", width), dim)])


def _parts(row: Row) -> tuple[str, str]:
    size = "" if row.size is None else display.size(row.size)
    return f"{size:>{_SIZE_WIDTH}} {row.sign} ", row.text
