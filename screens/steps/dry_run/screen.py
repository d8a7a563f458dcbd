"""Dry run: what a backup would do, told by the real rsync through the real connection, with nothing copied."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from screens.dialogs.save_text import SaveTextScreen
from screens.outcome import Again
from screens.pace import Pace
from screens.steps.dry_run import words
from screens.steps.dry_run.run_views import RunViews
from screens.steps.dry_run.skipping import SkippingScreen
from screens.widgets.note import Note, Tone
from screens.widgets.tick_list import TickList
from screens.work import Begin
from wizard.client import rsync
from wizard.failure import Failure
from wizard.running import problems, report
from wizard.running.listing import Listing, slices
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.description import MayNot
from wizard.walk.descriptions import dry_run
from wizard.walk.descriptions.dry_run import CountedHere
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.trouble import Trouble
    from wizard.walk.steps import Walk

_PULSE_SECONDS = 1 / 10
_A_WHILE_SECONDS = 2
_LOOKING = _("Looking at your files")


class DryRunScreen(SkippingScreen):
    """Runs rsync with --dry-run, shows what it tells while it tells it, and can stop it."""

    step = Step.DRY_RUN
    question = dry_run.DESCRIPTION.question
    explanation = _(
        "The wizard rehearses the whole backup with the server. No file is copied, and nothing on the server"
        " changes.\n\n"
        "Folders: how much each folder would send. → opens a folder, ← closes it.\n\n"
        "Deleted: what is on the server but no longer here.\n\n"
        "All: + is new, ~ is sent again because it changed, · only its properties changed, − would be deleted."
        " Press / to find a name.\n\n"
        "Skip: what is skipped already, and what apps can recreate.\n\n"
        "F3 shows the next list. “s” saves the whole list as a file.\n\n"
        "The time is estimated for 100 Mbit/s, until a backup has shown how fast your network is."
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

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._listing = Listing()
        self._problems: list[str] = []
        self._met: list[rsync.Problem] = []
        self._ended: rsync.Ended | None = None
        self._is_running = self._is_stopping = False
        self._preview: dry_run.Preview | None = None
        self._why_not: Trouble | None = None
        self._began, self._latest = 0.0, ""
        self._told: tuple[str, Tone] = ("", "plain")

    def compose_step(self) -> ComposeResult:
        """What is going on or came of it, and the views."""
        yield Note(id="run-news")
        yield Note(id="danger")
        yield Static(id="looking-at", markup=False)
        yield RunViews(self.draft, self.profile, id="views")

    def compose_actions(self) -> ComposeResult:
        """To stop it, to skip what can't be read, and to run it again."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield from super().compose_actions()
        yield Button(_("Run again"), id="again", compact=True)

    def focus_first(self) -> None:
        """Run at once."""
        self._views = self.query_one(RunViews)
        self._pulse = self.set_interval(_PULSE_SECONDS, self._show_progress, pause=True)
        self._views.focus_shown()
        self._run()

    async def decide(self) -> Profile | None:
        """The profile as it is, once a run came to its end."""
        if self._views.left_out:
            self.action_again()
            return None
        judged = dry_run.may_pass(self.profile, self._preview, {})
        if isinstance(judged, MayNot):
            self._say(judged.why, "warn")
            self.lead_with("again")
            return None
        return self.profile

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape stops what runs, and else goes back."""
        if action == "stop":
            return self._is_running
        if action in {"back", "again"}:
            return not self._is_running
        if action == "save":
            return self._preview is not None
        return super().check_action(action, parameters)

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Run, from the beginning, and without what is ticked."""
        left_out = self._views.left_out
        if left_out:
            exclude = tuple(dict.fromkeys((*self.profile.exclude, *left_out)))
            self.leave_with(Again(msgspec.structs.replace(self.profile, exclude=exclude)))
        else:
            self._run()

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """End rsync and its ssh."""
        if self._is_running and not self._is_stopping:
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
        self.app.push_screen(SaveTextScreen(self._listing.lines, f"~/practice-run-{self.profile.name}.txt"))

    @on(TickList.Changed)
    def _ticked(self) -> None:
        self._recount()
        self.note_draft()

    def _recount(self, *, focus: bool = False) -> None:
        left_out = self._views.left_out
        if left_out:
            saved = self._listing.proposals.saved(left_out)
            self._say(words.without(self._listing, saved), "plain")
            self._show_duration(saved.files, saved.bytes)
        else:
            self._say(*self._told)
            self._show_duration()
        (again := self.query_one("#again", Button)).label = _("Run without them") if left_out else self.run_again
        again.refresh(layout=True)
        self.lead_with("again" if left_out or not self._preview else "forward", focus=focus)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Once a run that was stopped has ended, say so."""
        if event.worker.group == "run" and event.state is WorkerState.CANCELLED and self.is_attached:
            await self._settle(_("You stopped the practice run. Nothing was copied."), "warn")

    def _run(self) -> None:
        Begin(self, "run", only=True)(self._practise)

    async def _practise(self) -> None:
        await self._set_off()
        try:
            access = await self.context.access(self.profile)
            await self._follow(dry_run.events(self.profile, access))
            await self._show_result()
        except Failure as failure:
            self._views.display = False
            self.add_class("-trouble-alone")
            await self._settle("")
            await self.show_trouble(failure)

    async def _follow(self, running: AsyncGenerator[rsync.Event | CountedHere]) -> None:
        pace = Pace()
        async with aclosing(running) as events:
            async for event in events:
                match event:
                    case CountedHere():
                        self._why_not = event.why
                    case rsync.Entries():
                        self._latest = event.last.path if event.last else ""
                        for piece in slices(event.raw):
                            self._listing.add(piece)
                            await pace.keep()
                    case rsync.Problem():
                        self._met.append(event)
                        self._problems.append(problems.in_words(event))
                    case rsync.Ended():
                        self._ended = event

    async def _show_result(self) -> None:
        assert self._ended
        ended, totals = self._ended, report.require_totals(self._ended)
        self._preview = dry_run.preview(self.profile, ended, self._why_not, self._met)
        self.count_skipped()
        if self._why_not:
            await self._show_estimate(self._why_not)
            return
        self._problems += [] if self._problems else words.unnamed_problems(ended)
        self.context.dry_run = totals
        told = words.result(self._listing, totals)
        count = len(self._problems) + ended.untold
        room = dry_run.first_room(self.profile, totals)
        too_little = "" if room is None or room.fits else room.sentence
        self.query_one("#danger", Note).say(words.danger(totals) or too_little, "warn")
        told = f"{told} {room.sentence}" if room and room.fits else told
        tone: Tone = "good" if self._preview.is_whole else "warn"
        self.offer_to_skip(self._preview)
        unread = sum(one.cause == "unread" for one in self._met)
        await self._settle(" ".join(filter(None, (told, words.about_problems(unread, count)))), tone)

    async def _show_estimate(self, why: Trouble) -> None:
        self._problems.insert(0, f"{why.what}. {why.to_do}\n\n{why.forward}\n")
        self.context.dry_run = None
        await self._settle(words.estimate(self._listing, why.what), "warn", server_was_asked=False)

    async def _set_off(self) -> None:
        self._is_running, self._is_stopping, self._preview, self._why_not = True, False, None, None
        self._listing, self._problems, self._met, self._ended, self._latest = Listing(), [], [], None, ""
        self.offer_to_skip(None)
        self._began = time.monotonic()
        self.lead_with("forward", focus=False)
        self.remove_class("-trouble-alone")
        self.query_one("#danger", Note).say("")
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
        seconds, sent = int(time.monotonic() - self._began), self._listing.sent
        told = _LOOKING
        if sent.files:
            told = ngettext(
                "Looking at your files: {count} file, {size} to send so far",
                "Looking at your files: {count} files, {size} to send so far",
                sent.files,
            ).format(count=display.number(sent.files), size=display.size(sent.bytes))
        if seconds >= _A_WHILE_SECONDS:
            told = _("{told} ({seconds} s). Esc stops it.").format(told=told, seconds=seconds)
        self.query_one("#run-news", Note).go_on(told)
        self.query_one("#looking-at", Static).update(display.printable(self._latest), layout=False)
        self._views.grow()

    def _show_duration(self, less_files: int = 0, less_bytes: int = 0) -> None:
        sent = self._listing.sent
        remaining = sent._replace(files=sent.files - less_files, bytes=sent.bytes - less_bytes)
        told = words.duration(self.profile, remaining) if self._preview else ""
        self.query_one("#looking-at", Static).update(told, layout=False)

    async def _settle(self, sentence: str, tone: Tone = "plain", *, server_was_asked: bool = True) -> None:
        self._is_running = self._is_stopping = False
        self._pulse.pause()
        await self._views.settle(server_was_asked=server_was_asked)
        self._offer_to_stop(False)
        self._told = (sentence, tone)
        self._recount(focus=self._preview is None)
        if self.focused is None or not self.focused.display:
            self._views.focus_shown()

    def _say(self, sentence: str, tone: Tone) -> None:
        self.query_one("#run-news", Note).say(sentence, tone)
