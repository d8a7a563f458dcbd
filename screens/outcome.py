"""How a screen ends: the only thing it tells the conductor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.steps import Step


@dataclass(frozen=True)
class Forward:
    """The step is decided."""

    profile: Profile


@dataclass(frozen=True)
class Again:
    """Something was decided otherwise, here or by the admin: the step is shown anew with that."""

    profile: Profile


@dataclass(frozen=True)
class Back:
    """One step back; nothing was checked."""


@dataclass(frozen=True)
class Jump:
    """To a step that was reached before."""

    step: Step


@dataclass(frozen=True)
class Leave:
    """Leave the wizard; what was decided is kept."""


Outcome = Forward | Again | Back | Jump | Leave
