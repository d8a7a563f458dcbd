"""How a backup goes on: when it was last good, when it is made next, what it waits for, and whether it is too old."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard.restore import versions
from wizard.restore.drills import drill
from wizard.restore.versions import Seen  # noqa: TC001 - msgspec reads it
from wizard.running import record
from wizard.schedule import upcoming
from wizard.schedule.upcoming import Upcoming
from wizard.server.locks import checked
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.running.record import LastResult
    from wizard.schedule.waiting import Reason


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What `status --json` prints of one backup; `versions` are as the server was last asked for them."""

    profile: str
    last_good: datetime | None = None
    last_result: LastResult | None = None
    next_due: datetime | None = None
    waiting: Reason | None = None
    waiting_since: datetime | None = None
    stale: bool = False
    versions: Seen | None = None
    last_drill: datetime | None = None
    last_check: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """The object with its times in UTC."""
        told = {
            name: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
            for name, value in msgspec.structs.asdict(self).items()
        }
        return told | {"versions": self.versions.as_json() if self.versions else None}


def of(profile: Profile, now: datetime) -> Status:
    """How the backup goes on, from small files alone."""
    kept = record.read(profile.name)
    ahead = upcoming.of(profile, set_up_since(profile), kept)
    return _of(profile.name, record.without_elsewhere(kept, profile), ahead, now)


def of_unreadable(name: str, now: datetime) -> Status:
    """What is known of a backup whose settings can't be read."""
    return _of(name, record.read(name), Upcoming(), now)


def set_up_since(profile: Profile) -> datetime | None:
    """When the backup was set up, if all of it is."""
    return steps.reached_since(profile.name) if steps.begin(profile).step is Step.FINISH else None


def _of(name: str, kept: record.Record, ahead: Upcoming, now: datetime) -> Status:
    waits, tested = ahead.waiting, drill.last(name)
    return Status(
        profile=name,
        last_good=kept.last_good,
        last_result=kept.result if kept.last else None,
        next_due=ahead.due(now),
        waiting=waits.reason if waits else None,
        waiting_since=waits.since if waits else None,
        stale=ahead.is_stale(kept.last_good, now),
        last_drill=tested.when if tested.how != "none" else None,
        last_check=checked.last(name),
        versions=versions.last_seen(name),
    )
