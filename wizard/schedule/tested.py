"""What the security check and the backup test, made once a week by a schedule, last came to, from small files alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from wizard.restore.drills import drill as drills
from wizard.restore.drills.drill import Drill
from wizard.server.locks import checked
from wizard.server.locks.finding import Verdict  # noqa: TC001 - msgspec reads it
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.schedule.upcoming import Upcoming

_TOO_LONG = timedelta(weeks=3)


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """Both results; of each, whether backups have gone on for weeks and it was not made."""

    name: str = ""
    verdict: Verdict | None = None
    has_no_check: bool = False
    drill: Drill = Drill()
    has_no_drill: bool = False

    @property
    def about_check(self) -> str:
        """What is wrong with the server's locks, or with their check, or an empty text."""
        if self.verdict == "open":
            return _("Not everything is locked. Run the security check to see what.")
        if self.has_no_check:
            return _("The weekly check hasn't worked for three weeks. Run the security check to see why.")
        return ""

    @property
    def about_drill(self) -> str:
        """What is wrong with the files on the server, or with their test, or an empty text."""
        return self.drill.warning or self.missed_drill

    @property
    def missed_drill(self) -> str:
        """That there was no test for too long, or an empty text."""
        if not self.has_no_drill:
            return ""
        told = _("The weekly test hasn't worked for three weeks. Run “backup-wizard drill {name}” to see why.")
        return told.format(name=self.name)


def of(name: str, ahead: Upcoming, last_good: datetime | None) -> Tested:
    """What is kept of a backup that is set up."""
    drill = drills.last(name)
    return Tested(
        name=name,
        verdict=checked.verdict(name),
        has_no_check=_is_missed(ahead, last_good, checked.last(name)),
        drill=drill,
        has_no_drill=_is_missed(ahead, last_good, drill.when),
    )


def _is_missed(ahead: Upcoming, last_good: datetime | None, last: datetime | None) -> bool:
    since = last or ahead.set_up
    if ahead.schedule.every == "off" or last_good is None or since is None:
        return False
    return last_good - since > _TOO_LONG  # a computer that was off has missed nothing
