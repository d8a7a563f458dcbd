"""A choice of one, each with a sentence; Enter takes the one under the cursor and continues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Spacing
from textual.message import Message
from textual.strip import Strip
from textual.visual import Padding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.style import Style
    from textual.visual import RenderOptions

    from wizard.walk.description import Alternative

_HERE, _ELSEWHERE, _SHUT = "● ", "○ ", "– "


class Choice(OptionList):
    """A list of alternatives; `chosen` is the id under the cursor."""

    @dataclass
    class Changed(Message):
        """The cursor left the alternative that it was on; that it came to the first one is no choice yet."""

    def __init__(self, alternatives: Sequence[Alternative], *, id: str, chosen: str = "") -> None:
        self._alternatives = {one.id: one for one in alternatives}
        self._initial, self._latest = chosen, ""
        super().__init__(*(Option(self._marked(one), id=one.id, disabled=one.disabled) for one in alternatives), id=id)

    def on_mount(self) -> None:
        """Put the cursor on the alternative that is chosen already."""
        usable = [id for id, one in self._alternatives.items() if not one.disabled]
        self._latest = self._initial if self._initial in usable else next(iter(usable), "")
        if self._latest:
            self.highlighted = list(self._alternatives).index(self._latest)

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Move the mark along with the cursor."""
        for index, alternative in enumerate(self._alternatives.values()):
            self.replace_option_prompt_at_index(index, self._marked(alternative, is_here=index == highlighted))
        super().watch_highlighted(highlighted)
        if self._latest and self.chosen not in {"", self._latest}:
            self._latest = self.chosen
            self.post_message(self.Changed())

    def change(self, alternatives: Sequence[Alternative]) -> None:
        """Say other things of the same alternatives; the one under the cursor stays."""
        for one in alternatives:
            before = self._alternatives[one.id]
            if one != before:
                self._alternatives[one.id] = one
                self.replace_option_prompt(one.id, self._marked(one, is_here=one.id == self.chosen))
            if one.disabled != before.disabled:  # enabling what is enabled would move the cursor on
                (self.disable_option if one.disabled else self.enable_option)(one.id)

    @property
    def chosen(self) -> str:
        """The id of the alternative under the cursor, or an empty text."""
        return "" if self.highlighted is None else list(self._alternatives)[self.highlighted]

    @staticmethod
    def _marked(alternative: Alternative, *, is_here: bool = False) -> _Marked:
        return _Marked(alternative, _HERE if is_here else _SHUT if alternative.disabled else _ELSEWHERE)


class _Marked(Padding):
    """An alternative with a mark in front, so that the chosen one is told without colour and without the cursor."""

    def __init__(self, alternative: Alternative, mark: str) -> None:
        title = Content.styled(alternative.title, "bold")
        text = Content.assemble(title, "\n", alternative.sentence) if alternative.sentence else title
        super().__init__(text, Spacing(left=len(mark)))
        self._mark = mark

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """The padded text, with the mark on its first line."""
        first, *rest = super().render_strips(width, height, style, options)
        mark = Strip([Segment(self._mark, style.rich_style)])
        return [Strip.join([mark, first.crop(len(self._mark))]), *rest]
