"""How fast a backup's files reach its server, as the last real backup measured it.

A practice run sends no files, so it can't measure that; until a backup was made, a speed is assumed and named.
"""

from __future__ import annotations

import msgspec

from wizard.storage import state_files

_FILE = "speed.json"
ASSUMED = 100e6 / 8
_FILES_A_SECOND = 10_000
_LEAST_BYTES = 10_000_000


class _Speed(msgspec.Struct, frozen=True):
    """The speed of the last backup that tells something of it, in bytes a second."""

    bytes_a_second: float


def keep(name: str, sent: int, seconds: float) -> None:
    """Note how fast a backup was; one that sent only a little tells nothing, and is passed over.

    Raises:
        Failure: our folder can't be written to.
    """
    if sent >= _LEAST_BYTES and seconds > 0:
        state_files.save(name, _FILE, _Speed(sent / seconds))


def known(name: str) -> float | None:
    """The speed of the last backup, in bytes a second, if it is known."""
    speed = state_files.load(name, _FILE, _Speed, None)
    return speed.bytes_a_second if speed and speed.bytes_a_second > 0 else None


def seconds(count: int, size: int, speed: float) -> float:
    """How long it takes to send that many files of that many bytes together; small files cost time by their number."""
    return max(size / speed, count / _FILES_A_SECOND)
