"""A list of very many lines, of which only those in sight are ever made."""

from __future__ import annotations

import time
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.widgets.cells import filled
from screens.widgets.list_keys import LIST_KEYS
from screens.widgets.listing.rows import EntryRows, Row
from wizard.running.listing import Listing
from wizard.text import display

_SIZE_WIDTH = 9
_MEASURED_EVERY_SECONDS = 0.5


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
        self._count = 0
        self._measured = 0.0

    def show(self, rows: EntryRows, *, is_whole: bool) -> None:
        """Show other rows, from the top."""
        # The room of the former rows is kept for a moment: most often they are narrowed down while a person types.
        self._rows, self._count, self._measured = rows, 0, time.monotonic()
        self.scroll_to(0, 0, animate=False)
        self.grow(is_whole=is_whole)

    def grow(self, *, is_whole: bool) -> None:
        """Take in what has come; only a list that is whole is told to be empty."""
        before, self._count = self._count, len(self._rows)
        if before < self.scroll_offset.y + self.size.height or is_whole != self._is_whole:
            self.refresh()
        self._is_whole = is_whole
        # Each other length is another layout of the whole screen.
        is_due = is_whole or time.monotonic() - self._measured >= _MEASURED_EVERY_SECONDS
        if is_due or self.virtual_size.height <= self.size.height:
            self._measured = time.monotonic()
            self.virtual_size = Size(0, max(self._count, 1))

    def action_go(self, end: int) -> None:
        """To the top or to the end, at once."""
        self.scroll_to(y=end * self.max_scroll_y, animate=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in sight, whose styles are looked up once."""
        self._styles = self.rich_style, self.get_component_rich_style("entry-list--size")
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        plain, dim = self._styles
        width, number = self.scrollable_content_region.width, self.scroll_offset.y + y
        if number < self._count:
            margin, text = _parts(self._rows.row(number))
            return Strip([Segment(margin, dim), Segment(filled(text, max(width - len(margin), 0)), plain)])
        is_told = number == 0 and self._is_whole
        return Strip([Segment(filled(self._rows.empty if is_told else "", width), dim)])


def _parts(row: Row) -> tuple[str, str]:
    size = "" if row.size is None else display.size(row.size)
    return f"{size:>{_SIZE_WIDTH}} {row.sign} ", row.text
