"""How a screen ends: the only thing it tells the conductor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.walk.steps import Step


class Forward(msgspec.Struct, frozen=True):
    """The step is decided."""

    profile: Profile


class Again(msgspec.Struct, frozen=True):
    """Something was decided otherwise, here or by the admin: the step is shown anew with that."""

    profile: Profile


class Back(msgspec.Struct, frozen=True):
    """One step back; nothing was checked."""


class Jump(msgspec.Struct, frozen=True):
    """To a step that was reached before."""

    step: Step


class Home(msgspec.Struct, frozen=True):
    """Done here: to the list of backups where the wizard began there, and out of it where it did not."""


class Leave(msgspec.Struct, frozen=True):
    """Leave the wizard; what was decided is kept."""


Outcome = Forward | Again | Back | Jump | Home | Leave
