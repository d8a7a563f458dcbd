"""What a practice run found, in views under tabs: by folders, the largest files, all of it, and the problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.widgets import Tab, Tabs

from screens.widgets.listing.entry_list import EntryList
from screens.widgets.listing.problem_list import ProblemList
from screens.widgets.listing.rows import EntryRows
from screens.widgets.listing.searched_list import FindBox, SearchedList
from screens.widgets.listing.size_tree import SizeTree
from wizard.running.listing import Listing
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

NOTHING_SENT = _("Nothing would be sent.")


class ListingViews(Vertical):
    """The views of one listing under their tabs, of which one is shown and kept up to date.

    `titles` are those of the views, by their ids, in the tabs' order; `nothing` says that no file would go anywhere.
    """

    def __init__(self, titles: dict[str, str], *, id: str, nothing: str = NOTHING_SENT, none: str = "") -> None:
        super().__init__(id=id)
        self._titles, self._nothing, self._none = titles, nothing, none or nothing
        self.listing, self._is_whole = Listing(), False
        self._problems: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """The tabs and the views."""
        yield Tabs(*(Tab(title, id=f"tab-{name}") for name, title in self._titles.items()))
        for name in self._titles:
            yield self.make_view(name)

    def make_view(self, name: str) -> Widget:
        """The view of that id."""
        match name:
            case "folders":
                return SizeTree(id=name, nothing=self._nothing)
            case "all":
                return SearchedList(id=name, nothing=self._none)
            case "problems":
                return ProblemList(id=name)
        return EntryList(id=name)

    @property
    def shown(self) -> str:
        """The name of the view that is shown."""
        return (self.query_one(Tabs).active or "tab-folders").removeprefix("tab-")

    async def begin(self, listing: Listing, problems: Sequence[str]) -> None:
        """Show another listing, which grows; the problems may become more as well."""
        self.listing, self._problems, self._is_whole = listing, problems, False
        self.query_one(SizeTree).show(listing)
        largest = EntryRows(listing, lambda: listing.largest, self._nothing)
        self.query_one("#largest", EntryList).show(largest, is_whole=False)
        self.query_one(SearchedList).show(listing)
        self.grow()

    def grow(self) -> None:
        """Take in what has come: the counts, and what is in sight."""
        self.offer("problems", bool(self._problems))
        self.query_one(ProblemList).show(self._problems)
        self._grow_shown()

    async def settle(self) -> None:
        """All has come."""
        self._is_whole = True
        self.query_one(SearchedList).grow(is_whole=True)
        self.grow()

    def turn(self, direction: int) -> None:
        """Show the next view, or the one before."""
        tabs = self.query_one(Tabs)
        (tabs.action_next_tab if direction > 0 else tabs.action_previous_tab)()

    def find(self) -> None:
        """Show all of it, with the cursor in the line that narrows it down."""
        self.query_one(Tabs).active = "tab-all"
        self._show("all")
        self.query_one(FindBox).focus()

    def focus_shown(self) -> None:
        """Put the cursor into the view that is shown."""
        for widget in self._views[self.shown].query("*").results():
            if widget.focusable and not isinstance(widget, FindBox):
                widget.focus()
                return
        self._views[self.shown].focus()

    def offer(self, name: str, is_offered: bool) -> None:
        """Show the tab of that view, or hide it."""
        tabs, tab = self.query_one(Tabs), self.query_one(f"#tab-{name}", Tab)
        if tab.display != is_offered:
            (tabs.show if is_offered else tabs.hide)(tab.id or "")

    @on(Tabs.TabActivated)
    def _turned(self) -> None:
        if [name for name, view in self._views.items() if view.display] != [self.shown]:
            self._show(self.shown)

    def _show(self, name: str) -> None:
        had_focus = any(view.has_focus_within or view.has_focus for view in self._views.values())
        for one, view in self._views.items():
            view.display = one == name
        self._grow_shown()
        if had_focus:
            self.focus_shown()

    def _grow_shown(self) -> None:
        view = self._views[self.shown]
        if isinstance(view, EntryList | SearchedList | SizeTree):
            view.grow(is_whole=self._is_whole)

    @property
    def _views(self) -> dict[str, Widget]:
        return {name: self.query_one(f"#{name}") for name in self._titles}
