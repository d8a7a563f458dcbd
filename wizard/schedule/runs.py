"""What the runs of a backup mean for its schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from wizard.running import history, record
from wizard.schedule import due
from wizard.schedule.due import Runs
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from wizard.profile import Profile

_OF_NO_CONSEQUENCE = {"unfinished"}  # somebody stopped it: it neither worked nor failed


def of(profile: Profile, kept: record.Record) -> Runs:
    """The last good run of that backup, and those that failed since; what a run left unfinished counts for nothing.

    Where a folder was added that was never sent, no run was good. `kept` is the backup's record.
    """
    counted = [run for run in history.read(profile.name) if run.result not in _OF_NO_CONSEQUENCE]
    failed = list(takewhile(lambda run: run.result != "done", counted))
    last_failed = failed[0].ended if failed else None
    count = len(failed)
    if not failed and kept.result in {"failed", "incomplete"} and kept.last:  # the history was lost
        last_failed, count = kept.last.astimezone(UTC), 1
    return Runs(last_good=_last_good(profile, kept), last_failed=last_failed, failed=count)


def is_scheduled(profile: Profile) -> bool:
    """Whether the backup is made by itself: it has a schedule, and is set up to its end."""
    return profile.schedule.every != "off" and steps.begin(profile).step is Step.FINISH


def needs_setup(profile: Profile, now: datetime) -> bool:
    """Whether it would be made now, but for a change that somebody began and hasn't finished."""
    kept = record.read(profile.name)
    if is_scheduled(profile) or not kept.last_good:
        return False
    moment = due.next_due(profile.schedule, of(profile, kept), now)
    return moment is not None and moment <= now


def next_due(profile: Profile, now: datetime) -> datetime | None:
    """When the backup is made by itself next, in UTC; a past time means now, and `None` that it never is."""
    if not is_scheduled(profile):
        return None
    return due.next_due(profile.schedule, of(profile, record.read(profile.name)), now)


def _last_good(profile: Profile, kept: record.Record) -> datetime | None:
    if record.never_sent(kept, profile):
        return None
    try:
        began = record.without_elsewhere(kept, profile).good_since
        return datetime.fromtimestamp(began, UTC) if began else None
    except (ValueError, OverflowError, OSError):  # a damaged record
        return None
