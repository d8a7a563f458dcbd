"""The last look at all that the screens show: nothing but text reaches the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

from wizard.text import display

if TYPE_CHECKING:
    from textual.color import Color


class OnlyText(LineFilter):
    """Leaves out what a terminal would obey or show in another order; words from outside were made visible before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line with no such sign in it."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [segment if segment.control else _plain(segment) for segment in segments]


def _plain(segment: Segment) -> Segment:
    # As wide as before, so that nothing else on the line moves.
    text = "".join(sign if display.printable(sign) == sign else "\ufffd" * cell_len(sign) for sign in segment.text)
    return Segment(text, segment.style)
