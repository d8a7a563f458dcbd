"""What a person wants of a backup, as the home screen tells the conductor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from screens.outcome import Back
from wizard.backup_states import Action
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from screens.outcome import Outcome
    from wizard.walk.steps import Walk

_REPEATS = (Action.PRACTICE, Action.CHECK, Action.MESSAGE)


class Errand(msgspec.Struct, frozen=True):
    """The walk that it begins with, and an action of the first screen's own to begin with there."""

    walk: Walk
    action: Action
    press: str = ""

    def is_done(self, walk: Walk, after: Walk, outcome: Outcome) -> bool:
        """Whether that outcome of the walk's screen leads back to the home screen."""
        if isinstance(outcome, Back):
            is_where_it_began = walk.step in {walk.changes, Step.WELCOME} or self.action is Action.BACK_UP
            return is_where_it_began and walk.changes == self.walk.changes
        return self.walk.changes is not None and after.changes is None

    def ends_with(self, walk: Walk) -> bool:
        """Whether the way on from there leads back to the home screen."""
        last = Step.DRY_RUN if walk.was_finished else Step.SCHEDULE
        is_last = walk.step in {last, Step.SCHEDULE} or (self.action in _REPEATS and walk.reached is Step.FINISH)
        return self.walk.changes is not None and walk.changes is not None and is_last
