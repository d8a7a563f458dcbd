"""When a backup is too old: one rule for the home screen, `list`, `status` and the warnings on the desktop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.profile import Schedule

CLOCKS_DIFFER = timedelta(minutes=5)


def is_stale(schedule: Schedule, last_good: datetime | None, set_up: datetime | None, now: datetime) -> bool:
    """Whether there was no good backup for as long as the person wants to be warned after.

    One that was never good is counted from when it was set up, if it has a schedule: without one, nothing was due. So
    is one that was good when the clock was wrong, at a time that has yet to come.
    """
    is_past = last_good is not None and last_good < now + CLOCKS_DIFFER
    since = last_good if is_past else set_up if schedule.every != "off" else None
    return since is not None and now - since > timedelta(days=schedule.warn_after_days)
