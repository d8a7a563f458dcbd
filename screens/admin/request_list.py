"""The requests that are open, a line each: Space ticks one, Enter opens it to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.admin import asked_words
from screens.widgets.tick_list import BOXES
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.approval import Approval

_MOST_WIDTH = 22
_LOUD = "bold ansi_bright_red"


class RequestList(OptionList):
    """A line a request, with a sign where something was changed (±) or where it clashes with another (!).

    One that asks for everything that its account may do, or takes a backup over from another computer, has a sign of
    its own (▲), and is told in words as well.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", _("Tick"))]

    class Ticked(Message):
        """Another choice of requests is ticked."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._rows: list[tuple[str, ...]] = []
        self._loud: set[int] = set()
        self._widths: list[int] = []
        self.ticked: set[int] = set()

    def show(self, grants: Sequence[Approval], clashing: set[int]) -> None:
        """Show those requests; the cursor stays where it was."""
        here = self.highlighted
        several = len({grant.granted.server.machine for grant in grants}) > 1
        self._rows = [
            _row(grant, is_clashing=number in clashing, with_host=several) for number, grant in enumerate(grants)
        ]
        self._loud = {number for number, grant in enumerate(grants) if asked_words.is_loud(grant.granted)}
        self._widths = [min(_MOST_WIDTH, max(map(len, column))) for column in zip(*self._rows, strict=True)]
        self.ticked &= set(range(len(grants)))
        self.set_options(Option(self._line(number)) for number in range(len(grants)))
        if grants:
            self.highlighted = min(here or 0, len(grants) - 1)

    def forget(self, number: int) -> None:
        """A line is gone: what is ticked below it moves up."""
        self.ticked = {one - (one > number) for one in self.ticked if one != number}

    def tick_all(self) -> None:
        """Tick all, or clear all where all are ticked."""
        everyone = set(range(len(self._rows)))
        self.ticked = set() if self.ticked == everyone else everyone
        for number in everyone:
            self.replace_option_prompt_at_index(number, self._line(number))
        self.post_message(self.Ticked())

    def action_tick(self) -> None:
        """Turn the box under the cursor over."""
        if (number := self.highlighted) is not None:
            self.ticked ^= {number}
            self.replace_option_prompt_at_index(number, self._line(number))
            self.post_message(self.Ticked())

    def _line(self, number: int) -> Content:
        cells = [_fitted(cell, width) for cell, width in zip(self._rows[number], self._widths, strict=True)]
        last = (cells[-1], _LOUD) if number in self._loud else cells[-1]
        middle = "".join(f"  {cell}" for cell in cells[1:-1])
        return Content.assemble(f"{BOXES[number in self.ticked]} ", (cells[0], "bold"), middle, "  ", last)


def _row(grant: Approval, *, is_clashing: bool, with_host: bool) -> tuple[str, ...]:
    signs = ("±" if grant.differences else " ") + ("!" if is_clashing else " ")
    server = grant.granted.server
    host = [server.host] if with_host else []
    kind = grant.granted.scheme.kind
    scheme = _("▲ {scheme}: full access").format(scheme=kind) if asked_words.is_wide_open(grant.granted) else kind
    if grant.granted.purpose == "adopt":
        scheme = _("▲ {scheme}: takes over").format(scheme=kind)
    cells = (f"{signs} {grant.granted.name}", server.user, *host, server.root, scheme)
    return tuple(map(printable, cells))


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}…"
