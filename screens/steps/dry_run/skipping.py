"""What the practice run's screen says of what is skipped, and how it offers to skip what can't be read."""

from __future__ import annotations

import contextlib
from contextlib import aclosing
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Button

from screens.outcome import Again
from screens.steps.dry_run.run_views import RunViews
from screens.steps.step_screen import StepScreen
from screens.work import Begin
from wizard.client.folders import left_out
from wizard.failure import Failure
from wizard.text.language import _, ngettext
from wizard.walk.descriptions import dry_run

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile
    from wizard.walk.descriptions.dry_run import Preview


class SkippingScreen(StepScreen):
    """A step whose views have a list of what is skipped."""

    run_again = _("Run again")
    _without_unread: Profile | None = None

    def compose_actions(self) -> ComposeResult:
        """To skip from now on what can't be read."""
        button = Button(_("Skip it"), id="skip-unread", compact=True)
        button.display = False
        yield button

    def count_skipped(self) -> None:
        """Count in the background how much each pattern leaves out; nothing waits for that."""
        Begin(self, "skipped", only=True)(self._count_skipped)

    async def _count_skipped(self) -> None:
        with contextlib.suppress(Failure):  # the practice run itself has told what is wrong
            async with aclosing(left_out.of(self.profile)) as looks:
                async for found in looks:
                    self.query_one(RunViews).say_skipped(dry_run.in_words(self.profile, found))

    def offer_to_skip(self, found: Preview | None) -> None:
        """Offer to skip what could not be read, if that was so."""
        unread = found.report.unread_count if found and found.report else 0
        self._without_unread = dry_run.skip_unread(self.profile, found) if found else None
        self.run_again = _("Try again") if unread else _("Run again")
        button = self.query_one("#skip-unread", Button)
        button.label = ngettext("Skip it", "Skip them", unread)
        button.refresh(layout=True)
        button.display = self._without_unread is not None

    @on(Button.Pressed, "#skip-unread")
    def _skip_unread(self) -> None:
        """Exclude it from now on, and run again without it."""
        if self._without_unread:
            self.leave_with(Again(self._without_unread))
