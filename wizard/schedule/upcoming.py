"""What comes next for one backup: when it is made, and what it waits for.

The home screen asks for that of every backup, and most of it is imported only for one that has a schedule.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard.profile import Schedule
from wizard.schedule import staleness
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.running.record import Record
    from wizard.schedule.due import Runs
    from wizard.schedule.waiting import Waiting


class Upcoming(msgspec.Struct, frozen=True):
    """A backup's schedule, when all of it was set up, the runs that it is counted from, and what it waits for.

    `before` is the last good backup, wherever it went, of one whose change somebody hasn't finished: it has no other.
    """

    schedule: Schedule = Schedule()
    set_up: datetime | None = None
    runs: Runs | None = None
    waiting: Waiting | None = None
    before: datetime | None = None

    def due(self, now: datetime) -> datetime | None:
        """When the backup is due, if it is ever due without being asked for."""
        if self.set_up is None or self.runs is None:
            return None
        from wizard.schedule import due

        return due.next_due(self.schedule, self.runs, now)

    def is_stale(self, last_good: datetime | None, now: datetime) -> bool:
        """Whether there was no good backup for too long."""
        return staleness.is_stale(self.schedule, last_good or self.before, self.set_up, now)

    @property
    def when(self) -> str:
        """When it is made next, to go on after “Next backup:”; empty where that is only when the person asks."""
        now = datetime.now(UTC)
        moment = self.due(now)
        if moment is None or self.runs is None:
            return ""
        from wizard.schedule import words

        return words.when(self.schedule, moment, now, is_exact=bool(self.runs.failed))

    @property
    def waits(self) -> str:
        """What it waits for, or an empty text."""
        if self.waiting is None:
            return ""
        from wizard.schedule import words

        return words.waits(self.waiting)

    @property
    def sentences(self) -> Iterator[str]:
        """Both, a sentence each."""
        if self.when:
            yield _("Next backup: {when}.").format(when=self.when)
        if self.waits:
            yield f"{self.waits}."


def of(profile: Profile, set_up: datetime | None, kept: Record) -> Upcoming:
    """What is kept of it; a backup that isn't set up yet has nothing coming, but may wait for that.

    `kept` is its record.
    """
    before = kept.last_good if set_up is None else None
    if profile.schedule.every == "off":
        return Upcoming(profile.schedule, set_up, before=before)
    from wizard.schedule import runs, waiting

    if set_up is None:
        return Upcoming(profile.schedule, waiting=waiting.read(profile.name), before=before)
    return Upcoming(profile.schedule, set_up, runs.of(profile, kept), waiting.read(profile.name))
