"""Where there are no colours, what is white on blue is reversed: the cursor, wherever it is, and the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_BLUE = 4  # of the terminal's palette
_REVERSED = Style(reverse=True)


class WithoutColours(LineFilter):
    """Comes before all colours are taken away; not every widget of the library's keeps a style of its own for that."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line with what is on blue reversed."""
        return [
            Segment(text, style + _REVERSED, control)
            if style and style.bgcolor and style.bgcolor.number == _BLUE
            else Segment(text, style, control)
            for text, style, control in segments
        ]
