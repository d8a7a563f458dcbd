"""What a backup that is due waits for, and since when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from wizard.running import history
from wizard.storage import state_files

_FILE = "waiting.json"

Reason = Literal["battery", "metered", "keyring", "server", "busy", "setup"]


class Waiting(msgspec.Struct, frozen=True):
    """Why the backup isn't made now, and since when that is so, in UTC."""

    reason: Reason
    since: Annotated[datetime, msgspec.Meta(tz=True)]


def read(name: str) -> Waiting | None:
    """What the backup waits for, if it does: a run that ended since then, whoever started it, has ended the wait."""
    found = state_files.load(name, _FILE, Waiting, None)
    if found is None:
        return None
    runs = history.read(name)
    return None if runs and runs[0].ended >= found.since else found


def note(name: str, reason: Reason | None) -> None:
    """Keep what the backup waits for now; for the same as before, it has waited since then.

    Raises:
        Failure: our folder can't be written to.
    """
    before = read(name)
    if reason is None:
        state_files.forget(name, _FILE)
    elif before is None or before.reason != reason:
        state_files.save(name, _FILE, Waiting(reason, datetime.now(UTC)))
