"""What stands in for the system's scheduler, so that no test asks or changes the machine's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wizard.schedule.trial import Answer

if TYPE_CHECKING:
    from wizard.profile import Profile, Schedule

PLACE = "~/.config/systemd/user/backup-wizard.timer"
TEXT = "[Timer]\nOnCalendar=*:0/15\n"
COMMAND = ("systemctl", "--user", "enable", "--now", "backup-wizard.timer")


def _put(profile: Profile, wanted: Schedule) -> Profile:
    return replace(profile, schedule=wanted)


async def _works(profile: Profile) -> Answer:
    return Answer(0)


_PLAN = SimpleNamespace(texts=(SimpleNamespace(place=PLACE, text=TEXT),), commands=(COMMAND,))
STAND_IN = SimpleNamespace(plan=lambda: _PLAN, put=_put, wait_for=_works)


def stand_in(name: str) -> Any:
    """In place of each of the scheduler's modules that the step “Schedule” uses."""
    return STAND_IN
