"""What a run did, kept for those who look for a file later; of the last runs alone, and of each only so much."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from wizard import files, paths
from wizard.client import rsync
from wizard.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_KEPT = 10
_MOST_BYTES = 8 << 20


class Transcript:
    """One run's; rsync's list is kept as rsync printed it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._room = _MOST_BYTES

    def say(self, text: str) -> None:
        """A line of our own, with the time."""
        self._file.write(f"{datetime.now(UTC):%H:%M:%S} {printable(text)}\n".encode())
        self._file.flush()

    def add(self, event: rsync.Event) -> None:
        """What rsync told."""
        match event:
            case rsync.Entries(raw) if self._room > 0:
                self._file.write(raw[: self._room])
                self._room -= len(raw)
                if self._room <= 0:
                    self._file.write(b"\n[the list goes on]\n")
            case rsync.Problem(message=message):
                self.say(message)
            case rsync.Ended():
                self.say(f"rsync ended with {event.exit_code}: {event.totals}")


@contextlib.contextmanager
def kept(name: str) -> Iterator[Transcript]:
    """Keep a transcript for as long as the block lasts; the oldest ones go.

    Raises:
        Failure: our folder can't be written to.
    """
    folder = files.private_folder(paths.walk_state(name) / "transcripts")
    for old in sorted(folder.glob("*.log"))[: 1 - _MOST_KEPT]:
        old.unlink(missing_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%fZ}.log"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield Transcript(file)
