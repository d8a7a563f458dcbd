"""Practice run: what a restore would do, told by the real rsync through the real connection, with nothing written."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from textual.widgets import Button, Static

from screens.pace import Pace
from screens.practice_run import PracticeRunScreen
from screens.restore.restore_screen import RestoreScreen
from screens.widgets.listing.views import ListingViews
from screens.widgets.note import Note, Tone
from wizard.client import rsync
from wizard.restore import restoring
from wizard.restore.events import Result
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.getting_back import questions, words
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult


_TITLES = {"folders": _("Folders"), "largest": _("Largest"), "all": _("All"), "problems": _("Problems")}


class PracticeScreen(PracticeRunScreen, RestoreScreen):
    """Rehearses the restore."""

    stage = Stage.PRACTICE
    question = _("Practice run: nothing is written")
    primary = _("Restore")
    explanation = _(
        "The wizard rehearses the restore with the server. Nothing on this computer or on the server changes.\n\n"
        "Folders: how much would come back into each folder. → opens a folder, ← closes it.\n\n"
        "All: + is new here, ~ replaces a file, · only its properties change. Press / to find a name.\n\n"
        "F3 shows the next list. “s” saves the whole list as a file.\n\n"
        "“Restore” then does it. No file is ever deleted."
    )
    stopped = _("You stopped the practice run. Nothing was written.")
    saved_as = "restore"
    _result: Result | None = None

    def compose_step(self) -> ComposeResult:
        """What is going on or came of it, and the views."""
        yield Note(id="run-news")
        yield Static(id="looking-at", markup=False)
        yield ListingViews(_TITLES, id="views", nothing=_("No file would come back."))

    def compose_actions(self) -> ComposeResult:
        """To stop it, and to run it again."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield Button(_("Run again"), id="again", compact=True)

    async def try_forward(self) -> None:
        """Go on, once a run came to its end.

        Raises:
            Failure: there is no room for the files.
        """
        if self._result is None:
            self.say("run-news", _("Finish the practice run first: run it again."), "warn")
            self.lead_with("again")
            return
        questions.require_room(self._result)
        await super().try_forward()

    @property
    def has_result(self) -> bool:
        """Whether a run has come to its end."""
        return self._result is not None

    def forget(self) -> None:
        """Forget what the run before came to."""
        self._result = None

    async def follow(self) -> None:
        """Run, take in what is told, and settle.

        Raises:
            Failure: as for `restoring.practice`.
        """
        access = await self.visit.way.access()
        run = restoring.practice(self.profile, access, self.visit.wish.order, reader=self.visit.way.reader)
        pace = Pace()
        async with aclosing(run) as events:
            async for event in events:
                match event:
                    case rsync.Entries():
                        await self.take(event, pace)
                    case Result():
                        self._result = event
        assert self._result
        self.problems += words.problem_lines(self._result)
        await self.settle(self._result.sentence, "good" if self._result.is_whole else "warn")

    def how_far(self) -> str:
        """How far it is, in words."""
        sums = self.listing.sent
        if not sums.files:
            return _("Comparing the backup with what is here")
        return ngettext(
            "Comparing: {count} file, {size} to restore so far",
            "Comparing: {count} files, {size} to restore so far",
            sums.files,
        ).format(count=display.number(sums.files), size=display.size(sums.bytes))

    def tell(self, sentence: str, tone: Tone) -> None:
        """Say what came of it, and offer to restore or to run it again."""
        self.show_below("")
        self.say("run-news", sentence, tone)
        self.lead_with("forward" if self._result else "again", focus=self._result is None)
