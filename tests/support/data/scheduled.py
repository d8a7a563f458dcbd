"""A backup that is made by itself, and a clock that needs no waiting: its last good run is put into the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.support.servers import placing
from wizard.profile import Profile, Schedule
from wizard.running import record
from wizard.server.locks import checked
from wizard.storage import profiles, state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office

HOURLY = Schedule(every="hourly")
_TWO_HOURS = 7200


def fill(folder: Path, count: int, text: str = "Dear number") -> None:
    """Write letters, or write them anew."""
    for number in range(count):
        (folder / f"letter {number}").write_text(f"{text} {number}")


def set_up(office: Office, profile: Profile) -> Profile:
    """The backup, set up to its end."""
    placing.settle(office, profile)
    return finished(profile)


def finished(profile: Profile) -> Profile:
    """The same without a server; the walk has made the security check."""
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    checked.note(profile.name, "locked")
    return profile


def with_schedule(profile: Profile, schedule: Schedule = HOURLY) -> Profile:
    """The profile with that schedule."""
    return msgspec.structs.replace(profile, schedule=schedule)


def make_due(name: str) -> None:
    """Let two hours pass since the last good run, and forget the failures since then.

    Only what looks at the files' own times can tell the difference.
    """
    kept = record.read(name)
    state_files.forget(name, "runs.json")
    past = msgspec.structs.replace(kept, result="done", good_since=kept.good_since - _TWO_HOURS)
    state_files.save(name, "last-run.json", past)


def reschedule(name: str, schedule: Schedule) -> None:
    """Decide another schedule."""
    profiles.save(with_schedule(profiles.load(name), schedule))
