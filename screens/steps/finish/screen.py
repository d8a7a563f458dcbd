"""Finish: all that was decided, a way to change each of it, and what to run from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Static

from screens.outcome import Back, Home, Jump
from screens.steps.finish.decision import Decision
from screens.steps.finish.running import RunningScreen
from screens.steps.step_screen import StepScreen
from screens.widgets.labelled import Labelled
from wizard.running import record
from wizard.text.language import _
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile

_MOST_COMMANDS = 3  # as many as there is room for


class FinishScreen(StepScreen):
    """The summary; each of its lines leads back to where it was decided."""

    step = Step.FINISH
    question = finish.DESCRIPTION.question
    primary = _("Back up now")
    explanation = _(
        "“Back up now” makes a real backup. You can stop it at any time and continue later. “Finish” closes the wizard."
        " The next backup then starts as your schedule says, or when you start it.\n\n"
        "“backup-wizard check” runs the security check again. Do that whenever something has changed on the"
        " server.\n\n"
        "“Change” takes you back to that step. The wizard tests whatever depends on it again.\n\n"
        "The up and down arrows move from one to the next."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def compose_step(self) -> ComposeResult:
        """What to run, and what was decided."""
        yield Labelled(finish.BACKUPS, id="backups")
        if self._is_scheduled:
            yield Labelled(finish.NEXT, id="next")
        yield Static(self._commands(), id="commands")
        yield from map(Decision, finish.decisions(self.profile, self.context.dry_run))

    def compose_actions(self) -> ComposeResult:
        """To leave it for another time."""
        yield Button(_("Finish"), id="finish", compact=True)

    def focus_first(self) -> None:
        """There is nothing to be answered."""
        self._tell_of_backups()
        self.lead_with("finish" if finish.awaits_restore(self.profile) else "forward")

    async def decide(self) -> Profile | None:
        """Back up, over this screen."""
        outcome = await self.app.push_screen_wait(RunningScreen(self.walk, self.context))
        if not isinstance(outcome, Back):
            self.leave_with(outcome)
            return None
        self._tell_of_backups()
        if self.context.backup and self.context.backup.is_whole:
            self.lead_with("finish")
        return None

    @on(Button.Pressed, "#finish")
    def _finish(self) -> None:
        self.leave_with(Home())

    @on(Decision.Reopened)
    def _reopen(self, event: Decision.Reopened) -> None:
        self.leave_with(Jump(event.step))

    def _tell_of_backups(self) -> None:
        self.query_one("#backups", Labelled).say(record.in_words(self.profile))
        if self._is_scheduled:
            self.query_one("#next", Labelled).say(finish.next_backup(self.profile))

    @property
    def _is_scheduled(self) -> bool:
        return self.profile.schedule.every != "off" and not self.context.is_demo

    def _commands(self) -> Content:
        lines = finish.commands(self.profile)[:_MOST_COMMANDS]
        width = max(len(command) for command, _aim in lines)
        style = "dim" if self._is_scheduled else "bold"
        parts = [
            part for command, aim in lines for part in ("\n  ", (f"{command:<{width}}", style), (f"  {aim}", "dim"))
        ]
        opening = finish.RUN_THESE_LATER if self.context.is_demo else finish.run_these(self.profile)
        return Content.assemble((opening, "dim" if self._is_scheduled else ""), *parts)
