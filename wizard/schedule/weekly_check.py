"""The security check that scheduled backups make once a week. What it finds open stops nothing, and is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.server import locks
from wizard.server.locks import checked

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.trouble import Trouble

_PERIOD = timedelta(days=7)


def is_due(name: str, now: datetime) -> bool:
    """Whether the last check, by whomever, is a week old."""
    last = checked.last(name)
    return last is None or not timedelta() <= now - last < _PERIOD  # the clock may have been wrong then


async def make(profile: Profile, access: Access) -> Trouble | None:
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
