"""What the screens of one visit share: the backup, the way in, and what is wanted so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.walk.getting_back import stages, wish
from wizard.walk.getting_back.way_in import WayIn

if TYPE_CHECKING:
    from screens.context import Context
    from wizard.profile import Profile
    from wizard.walk.getting_back.stages import Stage
    from wizard.walk.getting_back.wish import Wish


class Onward(msgspec.Struct, frozen=True):
    """The stage is done; the wish has what was decided."""


class To(msgspec.Struct, frozen=True):
    """Back to an earlier stage."""

    stage: Stage


class Visit:
    """Files of one backup are wanted back; whatever is said of them is kept at once."""

    def __init__(self, profile: Profile, context: Context) -> None:
        self.profile, self.context = profile, context
        self.way = WayIn(profile, context)
        self.wish = wish.kept(profile)

    @property
    def order(self) -> list[Stage]:
        """The stages, as far as is known by now."""
        return stages.applicable(self.profile, self.wish)

    def keep(self, wanted: Wish) -> None:
        """Keep what is wanted by now."""
        if wanted != self.wish:
            self.wish = wanted
            wish.keep(self.profile, wanted)

    def done(self) -> None:
        """All that was wanted is there."""
        wish.forget(self.profile)
