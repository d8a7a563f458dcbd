"""Practice run: what a restore would do, told by the real rsync through the real connection, with nothing written."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from screens.dialogs.save_text import SaveTextScreen
from screens.pace import Pace
from screens.restore.restore_screen import RestoreScreen
from screens.widgets.listing.views import ListingViews
from screens.widgets.note import Note, Tone
from screens.work import Begin
from wizard.client import rsync
from wizard.failure import Failure
from wizard.restore import restoring
from wizard.restore.events import Result
from wizard.running.listing import Listing, slices
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.getting_back import questions, words
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.restore.visit import Visit

_PULSE_SECONDS = 1 / 10
_A_WHILE_SECONDS = 2
_LOOKING = _("Comparing the backup with what is here")
_TITLES = {"folders": _("Folders"), "largest": _("Largest"), "all": _("All"), "problems": _("Problems")}


class PracticeScreen(RestoreScreen):
    """Rehearses the restore, shows what it tells while it tells it, and can stop it."""

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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", _("Stop")),
        Binding("escape", "back", _("Back")),
        Binding("f3", "turn(1)", _("Next list")),
        Binding("slash", "find", _("Find"), key_display="/"),
        Binding("s", "save", _("Save")),
        Binding("r", "again", _("Run again"), show=False),
        Binding("enter", "forward", _("Continue"), show=False),
        Binding("shift+f3,left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
    ]

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._listing = Listing()
        self._problems: list[str] = []
        self._result: Result | None = None
        self._is_at_work = self._is_stopping = False
        self._began, self._latest = 0.0, ""

    def compose_step(self) -> ComposeResult:
        """What is going on or came of it, and the views."""
        yield Note(id="run-news")
        yield Static(id="looking-at", markup=False)
        yield ListingViews(_TITLES, id="views", nothing=_("No file would come back."))

    def compose_actions(self) -> ComposeResult:
        """To stop it, and to run it again."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield Button(_("Run again"), id="again", compact=True)

    def focus_first(self) -> None:
        """Run at once."""
        self._views = self.query_one(ListingViews)
        self._pulse = self.set_interval(_PULSE_SECONDS, self._show_progress, pause=True)
        self._views.focus_shown()
        self.action_again()

    async def try_forward(self) -> None:
        """Go on, once a run came to its end.

        Raises:
            Failure: there is no room for the files.
        """
        if self._result is None:
            self._say(_("Finish the practice run first: run it again."), "warn")
            self.lead_with("again")
            return
        questions.require_room(self._result)
        await super().try_forward()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops what runs, and else goes back."""
        if action == "stop":
            return self._is_at_work
        if action in {"back", "again"}:
            return not self._is_at_work
        if action == "save":
            return self._result is not None
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Run, from the beginning."""
        Begin(self, "run", only=True)(self._practise)

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """End rsync and its ssh."""
        if self._is_at_work and not self._is_stopping:
            self._is_stopping = True
            self._say(_("Stopping"), "busy")
            self.workers.cancel_group(self, "run")

    def action_turn(self, direction: int) -> None:
        """Show the next view, wherever the cursor is."""
        self._views.turn(direction)

    def action_find(self) -> None:
        """Look for a name in all of it."""
        self._views.find()

    def action_save(self) -> None:
        """Save the whole list as a file."""
        self.app.push_screen(SaveTextScreen(self._listing.lines, f"~/restore-{self.profile.name}.txt"))

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Once a run that was stopped has ended, say so."""
        if event.worker.group == "run" and event.state is WorkerState.CANCELLED and self.is_attached:
            await self._settle(_("You stopped the practice run. Nothing was written."), "warn")

    async def _practise(self) -> None:
        await self._set_off()
        try:
            access = await self.visit.way.access()
            run = restoring.practice(self.profile, access, self.visit.wish.order, reader=self.visit.way.reader)
            pace = Pace()
            async with aclosing(run) as events:
                async for event in events:
                    match event:
                        case rsync.Entries():
                            self._latest = event.last.path if event.last else ""
                            for piece in slices(event.raw):
                                self._listing.add(piece)
                                await pace.keep()
                        case Result():
                            self._result = event
        except Failure as failure:
            self._views.display = False
            self.add_class("-trouble-alone")
            await self._settle("", "plain")
            await self.show_trouble(failure)
        else:
            assert self._result
            self._problems += words.problem_lines(self._result)
            await self._settle(self._result.sentence, "good" if self._result.is_whole else "warn")

    async def _set_off(self) -> None:
        self._is_at_work, self._is_stopping, self._result = True, False, None
        self._listing, self._problems, self._latest = Listing(), [], ""
        self._began = time.monotonic()
        self.lead_with("forward", focus=False)
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        self._views.display = True
        await self._views.begin(self._listing, self._problems)
        self._offer_to_stop(True)
        self._views.focus_shown()
        self._say(_LOOKING, "busy")
        self._pulse.resume()

    def _offer_to_stop(self, is_running: bool) -> None:
        self.query_one("#stop").display = is_running
        self.query_one("#again").display = not is_running
        self.busy(is_running)
        self.refresh_bindings()

    def _show_progress(self) -> None:
        if self._is_stopping:
            return
        seconds, sums = int(time.monotonic() - self._began), self._listing.sent
        told = _LOOKING
        if sums.files:
            told = ngettext(
                "Comparing: {count} file, {size} to restore so far",
                "Comparing: {count} files, {size} to restore so far",
                sums.files,
            ).format(count=display.number(sums.files), size=display.size(sums.bytes))
        if seconds >= _A_WHILE_SECONDS:
            told = _("{told} ({seconds} s). Esc stops it.").format(told=told, seconds=seconds)
        self.query_one("#run-news", Note).go_on(told)
        self.query_one("#looking-at", Static).update(display.printable(self._latest), layout=False)
        self._views.grow()

    async def _settle(self, sentence: str, tone: Tone) -> None:
        self._is_at_work = self._is_stopping = False
        self._pulse.pause()
        self.query_one("#looking-at", Static).update("", layout=False)
        await self._views.settle()
        self._offer_to_stop(False)
        self._say(sentence, tone)
        self.lead_with("forward" if self._result else "again", focus=self._result is None)
        if self.focused is None or not self.focused.display:
            self._views.focus_shown()

    def _say(self, sentence: str, tone: Tone) -> None:
        self.query_one("#run-news", Note).say(sentence, tone)
