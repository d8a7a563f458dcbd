"""What every step's screen shares: the rail, and what is decided there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from screens.dialogs.confirm import ConfirmScreen
from screens.framed_screen import FramedScreen
from screens.outcome import Forward, Jump, Outcome
from screens.widgets.field import Field
from screens.widgets.rail import Rail
from wizard.text.language import _
from wizard.walk import steps

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.profile import Profile
    from wizard.walk.description import MayIfConfirmed
    from wizard.walk.steps import Step, Walk


class StepScreen(FramedScreen):
    """One step of the setup; it returns an `Outcome`.

    A step says what was decided in `decide`, which is called first of all where it `looks_first`.
    """

    step: ClassVar[Step]

    def __init__(self, walk: Walk, context: Context) -> None:
        super().__init__(walk.profile, context)
        self.walk = walk
        self.draft = context.drafts.of(walk.profile.name, self.step)

    @property
    def title_of_page(self) -> str:
        """Which step it is, of how many."""
        order = steps.applicable(self.profile)
        place = {"number": order.index(self.step) + 1, "count": len(order), "step": steps.TITLES[self.step]}
        return _("{number} of {count} · {step}").format(**place)

    def compose_rail(self) -> ComposeResult:
        """The steps."""
        yield Rail(self.walk)

    async def decide(self) -> Profile | None:
        """The profile with this step's decision in it, or `None` once the screen has said what is missing.

        Raises:
            Failure: it is shown in the screen's trouble panel.
        """
        return self.profile

    async def try_forward(self) -> None:
        """Decide, and go on with what was decided.

        Raises:
            Failure: as for `decide`.
        """
        decided = await self.decide()
        if decided is not None:
            self.leave_with(Forward(decided))

    async def confirms(self, asked: MayIfConfirmed) -> bool:
        """Whether the person wants to go on all the same."""
        return await self.app.push_screen_wait(ConfirmScreen(asked.title, asked.words, yes=asked.yes, no=asked.no))

    def keep(self, decided: Profile) -> None:
        """Save what was decided while the step goes on.

        Raises:
            Failure: a folder can't be written to.
        """
        self.context.session.hold(decided.name)
        steps.record(steps.again(self.walk, decided))

    def leave_with(self, outcome: Outcome) -> None:
        """End the screen, once: a second key press on the way out is dropped."""
        if self.is_current and self.is_attached:
            self._keep_draft()
            drafts = self.context.drafts
            (drafts.decided if isinstance(outcome, Forward) else drafts.keep)(self.step)
            self.dismiss(outcome)

    def note_draft(self) -> None:
        """Keep what is typed by now: the wizard may be killed, and its terminal closed."""
        if self.is_mounted and self.is_complete and not self.is_leaving:
            self._keep_draft()
            self.context.drafts.keep(self.step)

    @on(Rail.Chosen)
    def _jump(self, event: Rail.Chosen) -> None:
        if event.step == self.step:
            self.focus_next()
        else:
            self.leave_with(Jump(event.step))

    def _keep_draft(self) -> None:
        for field in self.query(Field):
            if field.id and not field.is_password:
                if field.is_changed:
                    self.draft[field.id] = field.value
                else:
                    self.draft.pop(field.id, None)
