"""All entries of a practice run, with a line that narrows them down by a part of their names."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input, Label

from screens.pace import WORK_SECONDS, Pace
from screens.widgets.listing.entry_list import EntryList
from screens.widgets.listing.rows import EntryRows
from screens.work import Begin
from wizard.running.listing import Listing, Search
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

_SHOWN_EVERY_SECONDS = 0.1


class FindBox(Input):
    """The line; Enter and Down lead to what was found, Escape to all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave", _("To the list")),
        Binding("escape", "clear", _("Show all")),
    ]
    # The line is as wide as ever whatever is in it; Textual would lay out and paint the whole screen for each letter.
    virtual_size = Reactive(Size(0, 0))

    def action_leave(self) -> None:
        """To the list."""
        self.screen.query_one("#found").focus()

    def action_clear(self) -> None:
        """Show all again, and go to the list."""
        self.value = ""
        self.action_leave()


class SearchedList(Vertical):
    """The list, narrowed down while a person types and while entries still come in."""

    def __init__(self, *, id: str, nothing: str) -> None:
        super().__init__(id=id)
        self._nothing = nothing
        self._listing, self._is_whole = Listing(), False
        self._search: Search | None = None

    def compose(self) -> ComposeResult:
        """The line, how much was found, and the list."""
        with Horizontal(id="find-line"):
            yield Label(_("Find"), id="find-label")
            yield FindBox(id="find", compact=True, placeholder=_("part of a name"), select_on_focus=False)
            yield Label("", id="find-count", markup=False)
        yield EntryList(id="found")

    def show(self, listing: Listing) -> None:
        """Show another listing, searched for the same."""
        self._listing, self._is_whole = listing, False
        self._look_for(self.query_one(FindBox).value)

    def grow(self, *, is_whole: bool) -> None:
        """Take in what has come."""
        self._is_whole = is_whole
        self.query_one(EntryList).grow(is_whole=is_whole and not self.is_looking)
        self.query_one("#find-count", Label).update(self._count, layout=False)

    @property
    def is_looking(self) -> bool:
        """Whether there are entries that were not looked at yet."""
        return self._search is not None and not self._search.is_done

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_for(event.value)

    @property
    def _count(self) -> str:
        if self._search is None:
            return display.number(self._listing.count)
        more = "" if self._is_whole and not self.is_looking else " …"
        found, looked_at = display.number(len(self._search.matches)), display.number(self._search.looked_at)
        return _("{found} of {count}").format(found=found, count=looked_at) + more

    def _look_for(self, text: str) -> None:
        listing, text = self._listing, text.strip()
        self.workers.cancel_group(self, "search")
        if text:
            search = self._search = Search(listing.store, text)
            rows = EntryRows(listing, lambda: search.matches, _("No name contains that."))
            Begin(self, "search", only=True)(self._look, search)
        else:
            self._search = None
            rows = EntryRows(listing, lambda: range(listing.count), self._nothing)
        self.query_one(EntryList).show(rows, is_whole=False)
        self.grow(is_whole=self._is_whole)

    async def _look(self, search: Search) -> None:
        pace, shown = Pace(), 0.0
        while not (search.advance(WORK_SECONDS) and self._is_whole):
            if time.monotonic() - shown >= _SHOWN_EVERY_SECONDS:
                shown = time.monotonic()
                self.grow(is_whole=self._is_whole)
            await (asyncio.sleep(_SHOWN_EVERY_SECONDS) if search.is_done else pace.keep())
        self.grow(is_whole=self._is_whole)
