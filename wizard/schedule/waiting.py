"""What a backup that is due waits for, and since when: kept until it can be made or isn't due any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from wizard.storage import state_files

Reason = Literal["battery", "metered", "keyring", "server", "busy"]

_FILE = "waiting.json"


class Waiting(msgspec.Struct, frozen=True):
    """Why a backup that is due isn't made yet, and when it was first put off for that."""

    reason: Reason
    since: datetime


def read(name: str) -> Waiting | None:
    """What the backup waits for; what can't be read is as if it waited for nothing."""
    return state_files.load(name, _FILE, Waiting, None)


def note(name: str, reason: Reason | None) -> None:
    """Keep what it waits for by now, or that it waits for nothing any more.

    Raises:
        Failure: our folder can't be written to.
    """
    kept = read(name)
    if reason is None:
        if kept:
            state_files.forget(name, _FILE)
    elif kept is None or kept.reason != reason:
        state_files.save(name, _FILE, Waiting(reason, datetime.now(UTC).replace(microsecond=0)), lasting=False)
