"""A choice of one, each with a sentence; Enter takes the one under the cursor and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Alternative:
    """One alternative: what it stands for, a title, a sentence, and whether it can't be taken now."""

    id: str
    title: str
    sentence: str = ""
    disabled: bool = False


class Choice(OptionList):
    """A list of alternatives; `chosen` is the id under the cursor."""

    def __init__(self, alternatives: Sequence[Alternative], *, id: str, chosen: str = "") -> None:
        self._alternatives = {one.id: one for one in alternatives}
        self._initial = chosen
        super().__init__(*(Option(_prompt(one), id=one.id, disabled=one.disabled) for one in alternatives), id=id)

    def on_mount(self) -> None:
        """Put the cursor on the alternative that is chosen already."""
        usable = [id for id, one in self._alternatives.items() if not one.disabled]
        wanted = self._initial if self._initial in usable else next(iter(usable), "")
        if wanted:
            self.highlighted = list(self._alternatives).index(wanted)

    @property
    def chosen(self) -> str:
        """The id of the alternative under the cursor, or an empty text."""
        return "" if self.highlighted is None else list(self._alternatives)[self.highlighted]


def _prompt(alternative: Alternative) -> Content:
    title = Content.styled(alternative.title, "bold")
    return Content.assemble(title, "\n", alternative.sentence) if alternative.sentence else title
