"""Running: the real backup while it goes on, stopped and gone on with at will, and what came of it."""

from __future__ import annotations

import contextlib
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Button, ProgressBar, Static

from screens.dialogs.confirm import ConfirmScreen
from screens.outcome import Forward
from screens.steps.step_screen import StepScreen
from screens.stoppable_screen import StoppableScreen
from screens.widgets.note import Note, Tone
from screens.work import Begin
from wizard import console
from wizard.client import rsync
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.running import backing_up, problems
from wizard.running.progress_estimate import ProgressEstimate, estimate
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.running.report import Report
    from wizard.walk.steps import Walk

_SENDING = _("Backing up. Esc stops it.")
_LOOKING = _("Looking at your files. Esc stops it.")


class RunningScreen(StoppableScreen, StepScreen):
    """Backs up, over the summary; it leads back there."""

    step = Step.FINISH
    question = _("Backing up")
    primary = _("Close")
    explanation = _(
        "The wizard is sending your files to the server.\n\n"
        "You can stop at any time. What was sent stays there, and “Continue” (or the next backup) resumes from"
        " there.\n\n"
        "If a file can't be read, “Skip it” excludes it from then on.\n\n"
        "If the connection drops, the wizard waits a little and tries again.\n\n"
        "At the end, it checks the backup on the server."
    )
    asks_to_stop = (
        _("Stop the backup?"),
        _("What was sent stays on the server. You can resume from there at any time."),
        _("Keep backing up"),
    )
    stopped = _("Backup stopped. What was sent stays on the server, and “Continue” resumes from there.")

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk, context)
        self._is_fresh = False
        self._how = self._at_hand = self._trouble = ""
        self._problems = 0
        self._progress: rsync.Progress | None = None
        self._planned: backing_up.Planned | None = None
        self._without_unread: Profile | None = None

    def compose_step(self) -> ComposeResult:
        """How far it is, and what came of it."""
        yield Note(id="run-news")
        yield ProgressBar(100, show_percentage=False, show_eta=False, id="bar")
        yield Static(id="numbers", markup=False)
        yield Static(id="looking-at", markup=False)
        yield Static(id="how", classes="aside", markup=False)
        yield Static(id="results", markup=False)
        yield Note(id="last-run")

    def compose_actions(self) -> ComposeResult:
        """To stop it, or to go on."""
        yield Button(_("Stop"), id="stop", compact=True)
        yield Button(_("Skip it"), id="leave-out", compact=True)
        yield Button(_("Continue"), id="again", compact=True)

    async def decide(self) -> Profile | None:
        """Nothing is decided here."""
        self.action_back()
        return None

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Back up, from where it was left."""
        Begin(self, "run", only=True)(self._back_up)

    @on(Button.Pressed, "#leave-out")
    def _leave_out(self) -> None:
        """Exclude from now on what could not be read; the backup on the server stays as it is."""
        if self._without_unread:
            self.app.notify(_("Excluded from now on. You can change that under “Skipped”."))
            self.leave_with(Forward(self._without_unread))

    async def _back_up(self) -> None:
        await self._set_off()
        try:
            await self._run_as_agreed()
        except Failure as failure:
            self.settle(_("The backup is not complete yet."), "bad", "again")
            await self.show_trouble(failure)
        else:
            await self._report_elsewhere()

    async def _report_elsewhere(self) -> None:
        """Report how it ended to the person's monitoring service; a later run reports it if this one can't."""
        if self.profile.schedule.ping:
            from wizard.schedule.alarms import channels

            with contextlib.suppress(Failure):
                await in_background(partial(channels.report, self.profile))

    async def _run_as_agreed(self) -> None:
        agreed: Sequence[backing_up.Loss] = ()
        while True:
            try:
                return await self._run(agreed)
            except backing_up.AtRisk as risk:
                if not await self._agrees_to(risk):
                    raise
                agreed = risk.losses

    async def _run(self, agreed: Sequence[backing_up.Loss]) -> None:
        access = await self.context.access(self.profile)
        holding = (self.context.session.hold(self.profile.name),)
        run = backing_up.run(self.profile, access, holding=holding, agreed=agreed, is_watched=True)
        async with aclosing(run) as events:
            async for event in events:
                self._take(event)

    async def _agrees_to(self, risk: backing_up.AtRisk) -> bool:
        words = f"{console.at_risk(risk)} {risk.advice}"
        return await self.app.push_screen_wait(
            ConfirmScreen(_("Back up anyway?"), words, yes=_("Back up anyway"), no=_("Don't back up"))
        )

    def _take(self, event: backing_up.Event) -> None:
        match event:
            case backing_up.Begun():
                self._how, self._is_fresh = console.begun(event), event.is_fresh
                self.query_one("#last-run", Note).say(event.warning, "warn")
                if event.is_fresh and self.context.dry_run:
                    size = self.context.dry_run.bytes_to_send
                    self._planned = backing_up.Planned(size, size)
            case backing_up.Planned():
                self._planned = event
            case backing_up.Retry():
                self._trouble = console.retry(event)
            case backing_up.Looking():
                self._trouble, self._at_hand = "", _("Checking the backup on the server …")
            case rsync.Entries():
                self._trouble, self._at_hand = "", event.last.path if event.last else self._at_hand
            case rsync.Progress():
                self._progress = event
            case rsync.Problem() if event.cause in {"unread", "in the way", "other"}:
                self._problems += 1
            case backing_up.Result():
                self.context.backup = event
                self.query_one("#results", Static).update("\n".join(console.found_in(event)))
                tone: Tone = "good" if event.is_whole else "warn"
                self.settle(event.sentence, tone, "forward" if event.is_good else "again")
                self.query_one("#again").display = not event.is_whole
                self._offer_to_leave_out(event.report)

    def _offer_to_leave_out(self, report: Report) -> None:
        self._without_unread = problems.without_unread(self.profile, report)
        button, again = self.query_one("#leave-out", Button), self.query_one("#again", Button)
        button.label = ngettext("Skip it", "Skip them", report.unread_count)
        again.label = _("Try again") if report.unread_count else _("Continue")
        for one in (button, again):
            one.refresh(layout=True)
        button.display = self._without_unread is not None

    async def _set_off(self) -> None:
        self._progress, self._planned, self._problems = None, None, 0
        self._how = self._at_hand = self._trouble = ""
        await self.show_trouble(None)
        self.query_one("#results", Static).update("")
        self.set_off()

    def offer_to_stop(self, is_running: bool) -> None:
        """While it runs there is a bar; the way on comes after."""
        for name in ("#stop", "#bar", "#numbers", "#looking-at", "#how"):
            self.query_one(name).display = is_running
        self.query_one("#again").display = not is_running
        self.query_one("#leave-out").display = False
        self.query_one("#back").display = False
        self.busy(is_running)
        self.refresh_bindings()

    def show_progress(self) -> None:
        """How far it is, and what is at hand."""
        progress = self._progress
        news = self._trouble or (_SENDING if progress else _LOOKING)
        self.query_one("#run-news", Note).say(news, "warn" if self._trouble else "busy")
        ahead = ProgressEstimate()
        if progress:
            ahead = estimate(progress, is_fresh=self._is_fresh, planned=self._planned)
        self.query_one("#bar", ProgressBar).update(
            total=None if ahead.percent is None else 100, progress=ahead.percent or 0
        )
        failed = ngettext("{count} file could not be sent", "{count} files could not be sent", self._problems)
        told = [console.progress(progress, ahead)] if progress else []
        told += [failed.format(count=display.number(self._problems))] if self._problems else []
        self.query_one("#numbers", Static).update(" · ".join(told))
        self.query_one("#looking-at", Static).update(display.printable(self._at_hand))
        self.query_one("#how", Static).update(self._how)
