"""The security check and the drill that a scheduled backup makes once a week. What they find is told, no more."""

from __future__ import annotations

from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.restore.drills import drill, drilling
from wizard.restore.drills.drill import Drill
from wizard.running import record
from wizard.schedule import status
from wizard.server import locks
from wizard.server.locks import checked

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.trouble import Trouble

_PERIOD = timedelta(days=7)


def check_is_due(profile: Profile, now: datetime) -> bool:
    """Whether the last check, by whomever, is a week old."""
    return _is_due(checked.last(profile.name), now)


def drill_is_due(profile: Profile, now: datetime) -> bool:
    """Whether the last drill, by whomever, is a week old; the first one comes a week after the backup was set up."""
    return _is_due(drill.last(profile.name).when or status.set_up_since(profile), now)


async def check(profile: Profile, access: Access) -> Trouble | None:
    """Try all that the server must refuse; returns what has become open since the check before, if anything has.

    Raises:
        Failure: the check can't be made.
    """
    before = checked.verdict(profile.name)
    tried = locks.check(profile, access, expects_backup=not record.is_first(profile))
    findings = [finding async for finding in tried]
    if locks.verdict(findings) != "open" or before == "open":  # what was open then, the person has seen
        return None
    titles = ", ".join(finding.title for finding in findings if finding.held is False)
    kind = Kind.PASSWORD_OPEN if locks.opens_by_password_alone(findings) else Kind.LOCK_OPEN
    return trouble.explain(Failure(kind, titles), profile)


async def make_drill(profile: Profile, access: Access) -> Trouble | None:
    """Compare some files with those on the server; returns what differs, each time that anything does.

    Raises:
        Failure: the drill can't be made.
    """
    async with aclosing(drilling.run(profile, access)) as events:
        async for event in events:
            if isinstance(event, Drill):
                drill.note(profile.name, event)
                return drilling.alarm(profile, event)
    raise AssertionError("a drill ends with what it came to")


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or not timedelta() <= now - last < _PERIOD  # the clock may have been wrong then
