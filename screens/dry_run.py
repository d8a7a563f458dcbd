"""Dry run: what a backup would do, told by the real rsync through the real connection, with nothing copied."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static, Tab, Tabs
from textual.worker import Worker, WorkerState

from screens.step_screen import StepScreen
from screens.tally import Tally
from screens.widgets.entry_list import EntryList
from screens.widgets.note import Note, Tone
from wizard import display
from wizard.failure import Failure
from wizard.server import report, transfer
from wizard.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.steps import Walk

_PULSE_SECONDS = 1 / 20
_A_WHILE_SECONDS = 2
_TITLES = {"new": "New", "changed": "Changed", "gone": "Gone", "problems": "Problems"}


class DryRunScreen(StepScreen):
    """Runs rsync with --dry-run, shows what it tells while it tells it, and can stop it."""

    step = Step.DRY_RUN
    question = "Practice run — nothing is copied"
    explanation = (
        "The wizard goes through the whole backup, and the server answers, but no file is copied and nothing on the "
        "server changes.\n\n"
        "New: not on the server yet.\n\n"
        "Changed: there already, and would be sent again.\n\n"
        "Gone: on the server, and would be removed there because it is gone here.\n\n"
        "Up and Down move the list, Left and Right choose what it shows."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop"),
        Binding("escape", "back", "Back"),
        Binding("r", "again", "Run again"),
        Binding("enter", "forward", "Continue", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
    ]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._tally = Tally()
        self._is_running = self._is_stopping = self._is_done = False
        self._began = 0.0
        self._shown = (0, -1)

    def compose_step(self) -> ComposeResult:
        """What is going on, and the lists."""
        yield Note(id="run-news")
        yield Static(id="looking-at", markup=False)
        yield Tabs(*(Tab(title, id=name) for name, title in _TITLES.items()))
        yield EntryList(id="entries")

    def compose_actions(self) -> ComposeResult:
        """To stop it, or to run it again."""
        yield Button("Stop", id="stop", compact=True)
        yield Button("Run again", id="again", compact=True)

    def focus_first(self) -> None:
        """Run at once."""
        self._pulse = self.set_interval(_PULSE_SECONDS, self._show_progress, pause=True)
        self.query_one(EntryList).focus()
        self.action_again()

    async def decide(self) -> Profile | None:
        """The profile as it is, once a run came to its end."""
        if not self._is_done:
            self.query_one("#run-news", Note).say(
                "The practice run has to come to its end first: run it again.", "warn"
            )
            self.lead_with("again")
            return None
        return self.profile

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops what runs, and else goes back."""
        if action == "stop":
            return self._is_running
        if action in {"back", "again"}:
            return not self._is_running
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Run, from the beginning."""
        self.run_worker(self._practise(), group="run", exclusive=True)

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """End rsync and its ssh."""
        if self._is_running and not self._is_stopping:
            self._is_stopping = True
            self.query_one("#run-news", Note).say("Stopping …", "busy")
            self.workers.cancel_group(self, "run")

    def action_turn(self, direction: int) -> None:
        """Show the next group, wherever the cursor is."""
        tabs = self.query_one(Tabs)
        (tabs.action_next_tab if direction > 0 else tabs.action_previous_tab)()

    @on(Tabs.TabActivated)
    def _show_group(self, event: Tabs.TabActivated) -> None:
        self.query_one(EntryList).show(self._tally.groups[event.tab.id or "new"], is_whole=not self._is_running)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Once a run that was stopped has ended, say so."""
        if event.worker.group == "run" and event.state is WorkerState.CANCELLED and self.is_attached:
            self._settle("The practice run was stopped. Nothing was copied.", "warn")

    async def _practise(self) -> None:
        await self._set_off()
        try:
            access = await self.context.access(self.profile)
            # Nothing is awaited between two events, so that a stop always meets rsync at work and ends it.
            async for event in transfer.dry_run(self.profile, access, listing=True):
                self._tally.add(event)
            assert self._tally.ended
            totals = report.require_totals(self._tally.ended)
        except Failure as failure:
            self._show_lists(False)
            self._settle("")
            self.add_class("-trouble-alone")
            await self.show_trouble(failure)
        else:
            self._is_done = True
            self.context.dry_run = totals
            problems = _about_problems(self._tally.groups["problems"].count)
            told = f"Nothing was copied. {report.in_words(totals)}{problems}"
            self._settle(told, "warn" if self._tally.ended.exit_code else "good")

    async def _set_off(self) -> None:
        self._is_running, self._is_stopping, self._is_done = True, False, False
        self._tally, self._began, self._shown = Tally(), time.monotonic(), (0, -1)
        self.lead_with("forward", focus=False)
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        self._offer_to_stop(True)
        self._show_lists(True)
        self._show_progress()
        self._pulse.resume()

    def _offer_to_stop(self, is_running: bool) -> None:
        self.query_one("#stop").display = self.query_one("#looking-at").display = is_running
        self.query_one("#again").display = not is_running
        self.busy(is_running)
        self.refresh_bindings()

    def _show_lists(self, are_shown: bool) -> None:
        tabs, entries = self.query_one(Tabs), self.query_one(EntryList)
        tabs.display = entries.display = are_shown
        tabs.active = "new"
        entries.show(self._tally.groups["new"], is_whole=False)

    def _show_progress(self) -> None:
        tally, seconds = self._tally, int(time.monotonic() - self._began)
        if self._is_stopping or (tally.count, seconds) == self._shown:
            return
        self._shown = (tally.count, seconds)
        so_far = f": {display.number(tally.count)} to back up so far, {display.size(tally.bytes_to_send)}"
        hint = f" ({seconds} s). Esc stops it." if seconds >= _A_WHILE_SECONDS else " …"
        self.query_one("#run-news", Note).say(f"Looking at your files{so_far if tally.count else ''}{hint}", "busy")
        self.query_one("#looking-at", Static).update(tally.latest)
        self._show_counts()

    def _show_counts(self) -> None:
        tabs = self.query_one(Tabs)
        for name, title in _TITLES.items():
            count = self._tally.groups[name].count
            tabs.query_one(f"#{name}", Tab).label = f"{title} {display.number(count)}"
        tabs.query_one("#problems").display = self._tally.groups["problems"].count > 0
        self.query_one(EntryList).grow(is_whole=not self._is_running)

    def _settle(self, sentence: str, tone: Tone = "plain") -> None:
        self._is_running = self._is_stopping = False
        self._pulse.pause()
        self._show_counts()
        self._offer_to_stop(False)
        self.query_one("#run-news", Note).say(sentence, tone)
        self.lead_with("forward" if self._is_done else "again")


def _about_problems(count: int) -> str:
    return f" {display.files(count)} could not be looked at: see “Problems”." if count else ""
