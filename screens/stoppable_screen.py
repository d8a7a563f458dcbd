"""Long work that runs on a screen of its own: it is stopped after a question, and then nothing of it runs any more."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from screens.dialogs.confirm import ConfirmScreen
from screens.framed_screen import FramedScreen
from screens.outcome import Leave
from screens.widgets.note import Note, Tone
from screens.work import Begin
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.timer import Timer

_PULSE_SECONDS = 1 / 5


class StoppableScreen(FramedScreen):
    """Runs what is begun as the group `run`; `asks_to_stop` are a question's title, its words and the safe answer."""

    asks_to_stop: ClassVar[tuple[str, str, str]]
    stopped: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", _("Stop")),
        Binding("escape", "back", _("Back")),
    ]
    is_at_work = False
    _question: ConfirmScreen | None = None
    _pulse: Timer

    def focus_first(self) -> None:
        """Begin at once."""
        self._pulse = self.set_interval(_PULSE_SECONDS, self.show_progress, pause=True)
        self.action_again()

    def action_again(self) -> None:
        """Begin, or go on from where it was left."""
        raise NotImplementedError

    def show_progress(self) -> None:
        """Show how far it is."""
        raise NotImplementedError

    def offer_to_stop(self, is_running: bool) -> None:
        """Show what belongs to what is running, or what comes after."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape asks whether to stop what runs, and else goes back."""
        if action == "stop":
            return self.is_at_work
        if action == "back":
            return not self.is_at_work
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """Ask, and then end rsync and its ssh."""
        Begin(self, "ask", only=True)(self._ask_and_stop)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Once a run that was stopped has ended, say so."""
        if event.worker.group == "run" and event.state is WorkerState.CANCELLED and self.is_attached:
            self.settle(self.stopped, "warn", "again")

    def action_leave(self) -> None:
        """Leave the wizard, after a question while it runs."""
        if self.is_at_work:
            Begin(self, "ask", only=True)(self._ask_and_stop, leaves=True)
        else:
            super().action_leave()

    def set_off(self) -> None:
        """It runs now."""
        self.is_at_work = True
        self.offer_to_stop(True)
        self.lead_with("stop")
        self.show_progress()
        self._pulse.resume()

    def settle(self, sentence: str, tone: Tone, lead: str) -> None:
        """It runs no more."""
        self.is_at_work = False
        self._take_back_question()
        self._pulse.pause()
        self.offer_to_stop(False)
        self.query_one("#run-news", Note).say(sentence, tone)
        self.lead_with(lead)

    async def _ask_and_stop(self, *, leaves: bool = False) -> None:
        title, words, no = self.asks_to_stop
        self._question = ConfirmScreen(title, words, yes=_("Stop"), no=no)
        is_meant = await self.app.push_screen_wait(self._question)
        self._question = None
        if not is_meant or not self.is_at_work:
            return
        self._pulse.pause()
        self.query_one("#run-news", Note).say(_("Stopping"), "busy")
        for worker in self.workers.cancel_group(self, "run"):
            with contextlib.suppress(WorkerFailed, WorkerCancelled):
                await worker.wait()
        if leaves:
            self.leave_with(Leave())

    def _take_back_question(self) -> None:
        """Nobody has to answer a question about what has ended."""
        if self._question and self._question.is_current:
            self._question.dismiss(False)
