"""What both practice runs share, of a backup and of a restore: each begins at once, and can be stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from screens.dialogs.save_text import SaveTextScreen
from screens.framed_screen import FramedScreen
from screens.widgets.listing.views import ListingViews
from screens.widgets.note import Note, Tone
from screens.work import Begin
from wizard.failure import Failure
from wizard.running.listing import Listing, slices
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.timer import Timer

    from screens.pace import Pace
    from wizard.client import rsync

_PULSE_SECONDS = 1 / 10
_A_WHILE_SECONDS = 2


class PracticeRunScreen(FramedScreen):
    """Follows what an rsync tells that writes nothing; it runs as the group `run`.

    `views` are its `ListingViews`, and `stopped` is said once it has been stopped. A list is saved under the name
    `saved_as`, with the backup's name.
    """

    stopped: ClassVar[str]
    saved_as: ClassVar[str]
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
    views: ListingViews
    listing: Listing
    problems: list[str]
    _is_running = _is_stopping = False
    _began, _latest = 0.0, ""
    _pulse: Timer

    @property
    def has_result(self) -> bool:
        """Whether a run has come to its end."""
        raise NotImplementedError

    def forget(self) -> None:
        """Forget what the run before came to."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Run, take in what is told, and settle.

        Raises:
            Failure: it can't be run, or has failed.
        """
        raise NotImplementedError

    def how_far(self) -> str:
        """How far it is, in words."""
        raise NotImplementedError

    async def settle_views(self) -> None:
        """Show that all has come."""
        await self.views.settle()

    def tell(self, sentence: str, tone: Tone) -> None:
        """Say what came of it, and offer what comes next."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Run at once."""
        self.views = self.query_one(ListingViews)
        self._pulse = self.set_interval(_PULSE_SECONDS, self._show_progress, pause=True)
        self.views.focus_shown()
        self.run_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops what runs, and else goes back."""
        if action == "stop":
            return self._is_running
        if action in {"back", "again"}:
            return not self._is_running
        if action == "save":
            return self.has_result
        if action in {"turn", "find"}:
            return any(views.display for views in self.query(ListingViews))
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Run, from the beginning."""
        self.run_anew()

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """End rsync and its ssh."""
        if self._is_running and not self._is_stopping:
            self._is_stopping = True
            self.say("run-news", _("Stopping"), "busy")
            self.workers.cancel_group(self, "run")

    def action_turn(self, direction: int) -> None:
        """Show the next view, wherever the cursor is."""
        self.views.turn(direction)

    def action_find(self) -> None:
        """Look for a name in all of it."""
        self.views.find()

    def action_save(self) -> None:
        """Save the whole list as a file."""
        self.app.push_screen(SaveTextScreen(self.listing.lines, f"~/{self.saved_as}-{self.profile.name}.txt"))

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Once a run that was stopped has ended, say so."""
        if event.worker.group == "run" and event.state is WorkerState.CANCELLED and self.is_attached:
            await self.settle(self.stopped, "warn")

    def run_anew(self) -> None:
        """Run, from the beginning."""
        Begin(self, "run", only=True)(self._run)

    async def take(self, entries: rsync.Entries, pace: Pace) -> None:
        """Add entries to the listing, and leave time for the screen."""
        self._latest = entries.last.path if entries.last else ""
        for piece in slices(entries.raw):
            self.listing.add(piece)
            await pace.keep()

    async def settle(self, sentence: str, tone: Tone = "plain") -> None:
        """It runs no more."""
        self._is_running = self._is_stopping = False
        self._pulse.pause()
        self.views.display = self.has_result  # what has come until then shows neither all nor nothing
        if self.has_result:
            await self.settle_views()
        self._offer_to_stop(False)
        self.tell(sentence, tone)
        if self.has_result and (self.focused is None or not self.focused.display):
            self.views.focus_shown()

    def say(self, where: str, sentence: str, tone: Tone) -> None:
        """Say something in the note of that id."""
        self.query_one(f"#{where}", Note).say(sentence, tone)

    def show_below(self, told: str) -> None:
        """Show a text below the news."""
        self.query_one("#looking-at", Static).update(told, layout=False)

    async def _run(self) -> None:
        await self._set_off()
        try:
            await self.follow()
        except Failure as failure:
            self.add_class("-trouble-alone")
            await self.settle("")
            await self.show_trouble(failure)

    async def _set_off(self) -> None:
        self._is_running, self._is_stopping = True, False
        self.listing, self.problems, self._latest = Listing(), [], ""
        self.forget()
        self._began = time.monotonic()
        self.lead_with("forward", focus=False)
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        self.views.display = True
        await self.views.begin(self.listing, self.problems)
        self._offer_to_stop(True)
        self.views.focus_shown()
        self.say("run-news", self.how_far(), "busy")
        self._pulse.resume()

    def _offer_to_stop(self, is_running: bool) -> None:
        self.query_one("#stop").display = is_running
        self.query_one("#again").display = not is_running
        self.busy(is_running)
        self.refresh_bindings()

    def _show_progress(self) -> None:
        if self._is_stopping:
            return
        told, seconds = self.how_far(), int(time.monotonic() - self._began)
        if seconds >= _A_WHILE_SECONDS:
            told = _("{told} ({seconds} s). Esc stops it.").format(told=told, seconds=seconds)
        self.query_one("#run-news", Note).go_on(told)
        self.show_below(display.printable(self._latest))
        self.views.grow()
