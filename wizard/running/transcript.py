"""What a run did, kept for those who look for a file later; of the last runs alone, and of each only so much."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from io import FileIO
from typing import TYPE_CHECKING

from wizard.client import rsync
from wizard.storage import files, paths
from wizard.text.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_KEPT = 10
_MOST_BYTES = 8 << 20


class Transcript:
    """The transcript of one run; rsync's list is kept as rsync printed it.

    The backup is worth more than its transcript: where the disk takes no more, the transcript ends there.
    """

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._room = _MOST_BYTES
        self._is_cut_off = False

    def say(self, text: str) -> None:
        """A line of our own, with the time."""
        self._write(f"{datetime.now(UTC):%H:%M:%S} {printable(text)}\n".encode())

    def add(self, event: rsync.Event) -> None:
        """What rsync told."""
        match event:
            case rsync.Entries(raw) if self._room > 0:
                self._write(raw[: self._room])
                self._room -= len(raw)
                if self._room <= 0:
                    self._write(b"\n[the list goes on]\n")
            case rsync.Problem(message=message):
                self.say(message)
            case rsync.Ended():
                self.say(f"rsync ended with {event.exit_code}: {event.totals}")

    def _write(self, content: bytes) -> None:
        if self._is_cut_off:
            return
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._is_cut_off = True


@contextlib.contextmanager
def kept(name: str) -> Iterator[Transcript]:
    """Keep a transcript for as long as the block lasts; the oldest ones go.

    Raises:
        Failure: our folder can't be written to.
    """
    folder = files.private_folder(paths.walk_state(name) / "transcripts")
    for old in sorted(folder.glob("*.log"))[: 1 - _MOST_KEPT]:
        files.remove(old)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%fZ}.log"
    with FileIO(files.open_new(path), "w") as file:
        yield Transcript(file)
