"""What a practice run found, in views: by folders, the largest files, what goes, all of it, and what could stay out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.widgets import Tab, Tabs

from screens.steps.dry_run.entry_list import EntryList
from screens.steps.dry_run.problem_list import ProblemList
from screens.steps.dry_run.rows import EntryRows
from screens.steps.dry_run.searched_list import FindBox, SearchedList
from screens.steps.dry_run.size_tree import SizeTree
from screens.steps.dry_run.suggested_excludes import LeaveOut
from screens.widgets.tick_list import TickList
from wizard.running.listing import Listing
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from wizard.profile import Profile

_TITLES = {
    "folders": _("Folders"),
    "largest": _("Largest"),
    "removed": _("Deleted"),
    "all": _("All"),
    "leave-out": _("Skip"),
    "problems": _("Problems"),
}


class RunViews(Vertical):
    """The views of one listing under their tabs, of which one is shown and kept up to date."""

    def __init__(self, draft: dict[str, str], profile: Profile, *, id: str) -> None:
        super().__init__(id=id)
        self._leave_out = LeaveOut(draft, profile, id="leave-out")
        self.listing, self._is_whole = Listing(), False
        self._problems: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """The tabs and the views."""
        yield Tabs(*(Tab(title, id=f"tab-{name}") for name, title in _TITLES.items()))
        yield SizeTree(id="folders")
        yield EntryList(id="largest")
        yield EntryList(id="removed")
        yield SearchedList(id="all")
        yield self._leave_out
        yield ProblemList(id="problems")

    @property
    def left_out(self) -> tuple[str, ...]:
        """The proposals that are ticked."""
        return self._leave_out.ticked

    @property
    def shown(self) -> str:
        """The name of the view that is shown."""
        return (self.query_one(Tabs).active or "tab-folders").removeprefix("tab-")

    async def begin(self, listing: Listing, problems: Sequence[str]) -> None:
        """Show another listing, which grows; the problems may become more as well."""
        self.listing, self._problems, self._is_whole = listing, problems, False
        self.query_one(SizeTree).show(listing)
        largest = EntryRows(listing, lambda: listing.largest, _("Nothing would be sent."))
        removed = EntryRows(listing, lambda: listing.removed, _("Nothing would be deleted."))
        self.query_one("#largest", EntryList).show(largest, is_whole=False)
        self.query_one("#removed", EntryList).show(removed, is_whole=False)
        self.query_one(SearchedList).show(listing)
        await self._leave_out.offer(())
        self._offer("removed", True)
        self._leave_out.say_skipped("")
        self._offer("leave-out", False)
        self.grow()

    def grow(self) -> None:
        """Take in what has come: the counts, and what is in sight."""
        tab, label = (
            self.query_one("#tab-removed", Tab),
            _("Deleted {count}").format(count=display.number(len(self.listing.removed))),
        )
        if tab.label_text != label:
            tab.label = label
        self._offer("problems", bool(self._problems))
        self.query_one(ProblemList).show(self._problems)
        self._grow_shown()

    async def settle(self, *, server_was_asked: bool = True) -> None:
        """All has come: offer what could be left out."""
        self._is_whole = True
        self._offer("removed", server_was_asked)
        proposals = self.listing.proposals.heavy()
        await self._leave_out.offer(proposals)
        self._offer("leave-out", bool(proposals or self._leave_out.skipped))
        self._recount()
        self.query_one(SearchedList).grow(is_whole=True)
        self.grow()

    def say_skipped(self, told: str) -> None:
        """Say what is skipped already."""
        self._leave_out.say_skipped(told)
        self._offer("leave-out", bool(told))

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

    @on(Tabs.TabActivated)
    def _turned(self) -> None:
        if [name for name, view in self._views.items() if view.display] != [self.shown]:
            self._show(self.shown)

    @on(TickList.Changed)
    def _recount(self) -> None:
        self.query_one(SizeTree).leave_out(self.listing.proposals.less(self.left_out))

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

    def _offer(self, name: str, is_offered: bool) -> None:
        tabs, tab = self.query_one(Tabs), self.query_one(f"#tab-{name}", Tab)
        if tab.display != is_offered:
            (tabs.show if is_offered else tabs.hide)(tab.id or "")

    @property
    def _views(self) -> dict[str, Widget]:
        return {name: self.query_one(f"#{name}") for name in _TITLES}
