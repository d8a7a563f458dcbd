"""What a backup's practice run found, in views: beside the usual ones, what goes, and what could stay out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Tab

from screens.steps.dry_run.suggested_excludes import LeaveOut
from screens.widgets.listing.entry_list import EntryList
from screens.widgets.listing.rows import EntryRows
from screens.widgets.listing.size_tree import SizeTree
from screens.widgets.listing.views import ListingViews
from screens.widgets.tick_list import TickList
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from wizard.profile import Profile
    from wizard.running.listing import Listing

_TITLES = {
    "folders": _("Folders"),
    "largest": _("Largest"),
    "removed": _("Deleted"),
    "all": _("All"),
    "leave-out": _("Skip"),
    "problems": _("Problems"),
}


class RunViews(ListingViews):
    """The views of one listing under their tabs, with proposals to be ticked."""

    def __init__(self, draft: dict[str, str], profile: Profile, *, id: str) -> None:
        super().__init__(_TITLES, id=id, none=_("Nothing is new, changed or deleted."))
        self._leave_out = LeaveOut(draft, profile, id="leave-out")

    def make_view(self, name: str) -> Widget:
        """The view of that id."""
        return self._leave_out if name == "leave-out" else super().make_view(name)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The proposals that are ticked."""
        return self._leave_out.ticked

    async def begin(self, listing: Listing, problems: Sequence[str]) -> None:
        """Show another listing, which grows; the problems may become more as well."""
        removed = EntryRows(listing, lambda: listing.removed, _("Nothing would be deleted."))
        self.query_one("#removed", EntryList).show(removed, is_whole=False)
        await self._leave_out.offer(())
        self.offer("removed", True)
        self._leave_out.say_skipped("")
        self.offer("leave-out", False)
        await super().begin(listing, problems)

    def grow(self) -> None:
        """Take in what has come: the counts, and what is in sight."""
        tab, label = (
            self.query_one("#tab-removed", Tab),
            _("Deleted {count}").format(count=display.number(len(self.listing.removed))),
        )
        if tab.label_text != label:
            tab.label = label
        super().grow()

    async def settle(self, *, server_was_asked: bool = True) -> None:
        """All has come: offer what could be left out."""
        self.offer("removed", server_was_asked)
        proposals = self.listing.proposals.heavy()
        await self._leave_out.offer(proposals)
        self.offer("leave-out", bool(proposals or self._leave_out.skipped))
        self._recount()
        await super().settle()

    def say_skipped(self, told: str) -> None:
        """Say what is skipped already."""
        self._leave_out.say_skipped(told)
        self.offer("leave-out", bool(told))

    @on(TickList.Changed)
    def _recount(self) -> None:
        self.query_one(SizeTree).leave_out(self.listing.proposals.less(self.left_out))
