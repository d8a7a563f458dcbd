"""Setting a backup's schedule: in its profile, and with the system's scheduler.

The timer is there before the profile needs it and goes after: cut off in between, it finds nothing due, and the next
call finishes the work.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import profile as rules_of_profiles
from wizard.failure import Failure
from wizard.schedule import schedulers
from wizard.storage import files, paths, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile, Schedule


def put(profile: Profile, schedule: Schedule) -> Profile:
    """Give a backup, which the caller holds, another schedule: keep it, and install or remove the timer.

    Raises:
        BadProfile: the schedule can't be taken.
        Failure: as for `schedulers.install` and `schedulers.remove`; then the profile stays as it was.
    """
    changed = rules_of_profiles.check(replace(profile, schedule=schedule))
    with _one_at_a_time():
        if schedule.every != "off":
            schedulers.install()
            profiles.save(changed)
        elif _is_needed_without(profile.name):
            profiles.save(changed)
        else:
            schedulers.require_unchanged()
            profiles.save(changed)
            schedulers.remove()
    return changed


def require_removable(name: str) -> None:
    """See that nothing is in the way of `leave`.

    Raises:
        Failure: `TIMER_CHANGED`.
    """
    if not _is_needed_without(name):
        schedulers.require_unchanged()


def leave(name: str) -> None:
    """Remove the timer if no other backup needs it, as this one goes.

    Raises:
        Failure: as for `schedulers.remove`.
    """
    with _one_at_a_time():
        if not _is_needed_without(name):
            schedulers.remove()


def _is_needed_without(name: str) -> bool:
    return any(_has_schedule(other) for other in profiles.names() if other != name)


def _has_schedule(name: str) -> bool:
    try:
        return profiles.load(name).schedule.every != "off"
    except Failure:  # it may have one
        return True


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keep another program from removing the timer while this one needs it; the lock is on the folder of profiles."""
    descriptor = os.open(files.private_folder(paths.profiles()), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
