"""When the security check last came to its end, and what it found: a small file beside the backup."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from wizard.failure import Failure
from wizard.server.locks.finding import Verdict
from wizard.storage import paths, state_files

_FILE = "last-check.json"


def note(name: str, verdict: Verdict) -> None:
    """Keep what was found; on a full disk, the next time."""
    with contextlib.suppress(Failure):
        state_files.save(name, _FILE, verdict, lasting=False)


def verdict(name: str) -> Verdict | None:
    """What the last check came to, as far as that is known."""
    return state_files.load(name, _FILE, Verdict, None)  # type: ignore[arg-type]  # msgspec takes a literal


def last(name: str) -> datetime | None:
    """When a check last came to its end, as far as that is known."""
    try:
        return datetime.fromtimestamp((paths.walk_state(name) / _FILE).stat().st_mtime, UTC)
    except OSError:
        return None
