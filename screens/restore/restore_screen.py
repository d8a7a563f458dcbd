"""What the screens share that files come back by: the rail, and what is wanted so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on

from screens.framed_screen import FramedScreen
from screens.restore.stage_rail import StageRail
from screens.restore.visit import Onward, To
from wizard.text.language import _
from wizard.walk.getting_back import stages

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.restore.visit import Visit
    from wizard.profile import Profile
    from wizard.walk.getting_back.stages import Stage
    from wizard.walk.getting_back.wish import Wish


class RestoreScreen(FramedScreen):
    """One stage; it returns `Onward`, `To`, `Back`, `Home` or `Leave`."""

    stage: ClassVar[Stage]

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit.profile, visit.context)
        self.visit = visit

    @property
    def title_of_page(self) -> str:
        """Which stage it is, of how many."""
        order = self.visit.order
        place = {"number": order.index(self.stage) + 1, "count": len(order), "step": _(stages.TITLES[self.stage])}
        return _("{number} of {count} · {step}").format(**place)

    @property
    def tried(self) -> Profile:
        """What was tried when it failed."""
        return self.visit.way.reader

    @property
    def wish_so_far(self) -> Wish:
        """What is wanted, with what is typed and ticked here."""
        return self.visit.wish

    @property
    def may_leave(self) -> bool:
        """Whether nothing is done that has to be stopped first."""
        return True

    def compose_rail(self) -> ComposeResult:
        """The stages."""
        yield StageRail(self.visit, self.stage)

    async def try_forward(self) -> None:
        """Keep what was decided, and go on."""
        self.leave_with(Onward())

    def note_draft(self) -> None:
        """Keep what is typed and ticked by now: the wizard may be killed, and its terminal closed."""
        if self.is_mounted and not self.is_leaving:
            self.visit.keep(self.wish_so_far)

    def leave_with(self, outcome: Any) -> None:
        """End the screen, once; what is typed and ticked is kept."""
        if self.is_current and self.is_attached:
            self.note_draft()
            self.dismiss(outcome)

    @on(StageRail.Chosen)
    def _jump(self, event: StageRail.Chosen) -> None:
        if event.stage == self.stage:
            self.focus_next()
        elif self.may_leave:
            self.leave_with(To(event.stage))
