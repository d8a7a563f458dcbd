"""A list of many entries, of which only the lines in sight are ever drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.tally import Group
from wizard import display

if TYPE_CHECKING:
    from rich.style import Style

_SIZE_WIDTH, _GAP = 9, 2


class EntryList(ScrollView, can_focus=True):
    """The rows of one group, which may grow while they are shown."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"entry-list--size"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="scrolls")
        self._group, self._is_whole = Group(""), False

    def show(self, group: Group, *, is_whole: bool) -> None:
        """Show another group, from its top."""
        self._group = group
        self.scroll_to(0, 0, animate=False)
        self.grow(is_whole=is_whole)

    def grow(self, *, is_whole: bool) -> None:
        """Take in what has come to the group; only one that is whole is told to be empty."""
        self._is_whole = is_whole
        lines = len(self._group.rows) + (1 if self._group.more else 0)
        size = Size(self._margin + self._group.width, lines)
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        plain, dim = self.rich_style, self.get_component_rich_style("entry-list--size")
        left, top = self.scroll_offset
        line = Strip(self._segments(top + y, plain, dim))
        width = self.scrollable_content_region.width
        if line.cell_length - left <= width:
            return line.crop_extend(left, left + width, plain)
        return Strip.join([line.crop(left, left + width - 1), Strip([Segment("…", dim)])])

    @property
    def _margin(self) -> int:
        return _SIZE_WIDTH + _GAP if self._group.has_sizes else 0

    def _segments(self, index: int, plain: Style, dim: Style) -> list[Segment]:
        rows = self._group.rows
        if index < len(rows):
            size = "" if rows[index].size is None else display.size(rows[index].size or 0)
            margin = f"{size:>{_SIZE_WIDTH}}".ljust(_SIZE_WIDTH + _GAP)[: self._margin]
            return [Segment(margin, dim), Segment(rows[index].text, plain)]
        if index == 0 and self._is_whole:
            return [Segment(self._group.empty, dim)]
        if index == len(rows) and self._group.more:
            return [Segment(f"… and {display.number(self._group.more)} more, which are not kept in this list", dim)]
        return []
