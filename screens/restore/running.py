"""Restore: the files come back, with progress, stopped and gone on with at will; then where they are."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Button, ProgressBar, Static

from screens.outcome import Home
from screens.restore.restore_screen import RestoreScreen
from screens.stoppable_screen import StoppableScreen
from screens.widgets.note import Note
from screens.work import Begin
from wizard import console
from wizard.client import rsync
from wizard.failure import Failure
from wizard.restore import restoring
from wizard.restore.events import Comparing, Putting, Result
from wizard.running.events import Planned, Retry
from wizard.running.progress_estimate import ProgressEstimate, estimate
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.getting_back import words
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.restore.visit import Visit

_LOOKING = _("Looking at the backup. Esc stops it.")
_RECEIVING = _("Restoring. Esc stops it.")


class RestoringScreen(StoppableScreen, RestoreScreen):
    """Restores at once."""

    stage = Stage.RESTORE
    question = _("Get your files back")
    primary = _("Done")
    asks_to_stop = (
        _("Stop the restore?"),
        _("What has arrived is kept beside the folder. You can resume from there at any time."),
        _("Keep restoring"),
    )
    stopped = _("Restore stopped. What has arrived is kept, and “Continue” resumes from there.")
    explanation = _(
        "Your files come from the server into a closed folder first. Each is compared with the server by content, and"
        " only then put in its place.\n\n"
        "You can stop at any time. “Continue”, or getting files back again later, resumes from there.\n\n"
        "If the connection drops, the wizard waits a little and tries again.\n\n"
        "No file is ever deleted."
    )

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._at_hand = self._news = self._trouble = ""
        self._problems = 0
        self._progress: rsync.Progress | None = None
        self._planned: Planned | None = None

    @property
    def may_leave(self) -> bool:
        """Whether nothing is done that has to be stopped first."""
        return not self.is_at_work

    def compose_step(self) -> ComposeResult:
        """How far it is, and what came of it."""
        yield Note(id="run-news")
        yield ProgressBar(100, show_percentage=False, show_eta=False, id="bar")
        yield Static(id="numbers", markup=False)
        yield Static(id="looking-at", markup=False)
        yield Static(id="restored", markup=False)
        yield Note(id="door-news")
        yield Static(id="door-letter", markup=False)

    def compose_actions(self) -> ComposeResult:
        """To stop it, or to go on."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield Button(_("Continue"), id="again", compact=True)

    async def try_forward(self) -> None:
        """Back to the list of backups."""
        self.leave_with(Home())

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Restore, from where it was left."""
        Begin(self, "run", only=True)(self._restore)

    async def _restore(self) -> None:
        self._progress, self._planned, self._problems = None, None, 0
        self._at_hand = self._trouble = ""
        self._news = _LOOKING
        await self.show_trouble(None)
        self.query_one("#restored", Static).update("")
        self.set_off()
        try:
            access = await self.visit.way.access()
            holding = (self.context.session.hold(self.profile.name),)
            wanted, reader = self.visit.wish.order, self.visit.way.reader
            run = restoring.run(self.profile, access, wanted, reader=reader, holding=holding)
            async with aclosing(run) as events:
                async for event in events:
                    self._take(event)
        except Failure as failure:
            self.settle(_("The files are not back yet."), "bad", "again")
            await self.show_trouble(failure)
        else:
            await self._look_behind()

    def _take(self, event: restoring.Event) -> None:
        match event:
            case Planned():
                self._planned = event
            case Retry():
                self._trouble = console.retry(event)
            case Comparing():
                self._trouble, self._news = "", _("Comparing the files with the server …")
                self._at_hand = ""
            case Putting():
                self._trouble, self._news = "", _("Putting the files in their places …")
            case rsync.Entries():
                self._trouble, self._at_hand = "", event.last.path if event.last else self._at_hand
            case rsync.Progress():
                self._progress, self._news = event, _RECEIVING
            case rsync.Problem():
                self._problems += 1
            case Result():
                self._conclude(event)

    def _conclude(self, result: Result) -> None:
        self.visit.done()
        told = [*words.whereabouts(self.profile, result), *words.listed(result)]
        self.query_one("#restored", Static).update("\n".join(told))
        self.settle(result.sentence, "good" if result.is_whole else "warn", "forward")
        self.query_one("#again").display = not result.is_whole
        self.query_one("#again", Button).label = _("Try again")

    async def _look_behind(self) -> None:
        """What became of the key for reading, if there is one."""
        news = await words.door_news(self.profile, self.context.session)
        if not self.is_leaving:
            self.query_one("#door-news", Note).say(news.words, "plain")
            letter = f"{console.SEND_THIS}\n\n{news.letter}" if news.letter else ""
            self.query_one("#door-letter", Static).update(display.printable(letter, keep_lines=True))

    def offer_to_stop(self, is_running: bool) -> None:
        """While it runs there is a bar; the way on comes after."""
        for name in ("#stop", "#bar", "#numbers", "#looking-at"):
            self.query_one(name).display = is_running
        self.query_one("#again").display = not is_running
        self.query_one("#back").display = not is_running
        self.query_one("#again", Button).label = _("Continue")
        self.busy(is_running)
        self.refresh_bindings()

    def show_progress(self) -> None:
        """How far it is, and what is at hand."""
        progress = self._progress
        self.query_one("#run-news", Note).say(self._trouble or self._news, "warn" if self._trouble else "busy")
        ahead = estimate(progress, is_fresh=False, planned=self._planned) if progress else ProgressEstimate()
        self.query_one("#bar", ProgressBar).update(
            total=None if ahead.percent is None else 100, progress=ahead.percent or 0
        )
        failed = ngettext(
            "{count} file could not be read there", "{count} files could not be read there", self._problems
        )
        told = [console.progress(progress, ahead, is_restore=True)] if progress else []
        told += [failed.format(count=display.number(self._problems))] if self._problems else []
        self.query_one("#numbers", Static).update(" · ".join(told))
        self.query_one("#looking-at", Static).update(display.printable(self._at_hand))
