"""What a run of rsync tells, as typed events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(rb"([<>ch.*][^|\n]{10})\|(\d{1,20})\|([^\n]+)\n")
_ESCAPED = re.compile(r"\\#([0-7]{3})")


class Entry(msgspec.Struct, frozen=True):
    """One line of rsync's list; `change` is its %i, `size` in bytes, `path` relative to the backup."""

    change: str
    size: int
    path: str

    @property
    def is_new(self) -> bool:
        """Whether there is nothing of that name on the server yet."""
        return "+++" in self.change

    @property
    def is_deleted(self) -> bool:
        """Whether it would be removed from the server."""
        return self.change.startswith("*deleting")

    @property
    def is_sent(self) -> bool:
        """Whether its content would be sent."""
        return self.change.startswith("<f")

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and not a folder, a link or what is removed."""
        return self.change[1] == "f" and not self.is_deleted

    @property
    def looks_changed(self) -> bool:
        """Whether its size or its time differ, which is all that a run looks at."""
        return not set(self.change[3:5]) <= {".", " "}

    @property
    def is_outdated(self) -> bool:
        """Whether it is a file that differs and is not sent all the same, because the server is append only."""
        return self.change.startswith(".f") and self.looks_changed


class Entries(msgspec.Struct, frozen=True):
    """Some lines of the list, in rsync's order.

    `raw` are whole lines, `%i|%l|%n` and a line feed each, as rsync printed them. A list of a million is read only
    by those who ask for it: all the rest is counted in `raw`.
    """

    raw: bytes

    def __len__(self) -> int:
        return self.raw.count(b"\n")

    def __iter__(self) -> Iterator[Entry]:
        return (_entry(line) for line in _LINE.finditer(self.raw))

    @property
    def last(self) -> Entry | None:
        """The last line read: the entry at hand."""
        return self.at(len(self.raw) - 1)

    def at(self, position: int) -> Entry | None:
        """The line that the byte at `position` is in, read."""
        line = _LINE.match(self.raw, self.raw.rfind(b"\n", 0, position) + 1)
        return _entry(line) if line else None

    @property
    def changed(self) -> int:
        """How many are there already, with other content."""
        return self._starting(b"<f") - self._starting(b"<f+")

    @property
    def deleted(self) -> int:
        """How many are removed from the server."""
        return self._starting(b"*deleting")

    def _starting(self, sign: bytes) -> int:
        return self.raw.count(b"\n" + sign) + self.raw.startswith(sign)


class Problem(msgspec.Struct, frozen=True):
    """One complaint of rsync; `path` is empty where it names none."""

    path: str
    message: str


class Progress(msgspec.Struct, frozen=True):
    """How far a real run is, by rsync's own count.

    `bytes_done` are of the files sent by now, `percent` their part of all that is backed up, whether it has to be sent
    or not; `rate` is in bytes a second. `to_check` of `found` entries are still ahead; while `is_searching`, more may
    be found.
    """

    bytes_done: int
    percent: int
    rate: float
    seconds_left: int | None = None
    to_check: int | None = None
    found: int | None = None
    is_searching: bool = False


class Totals(msgspec.Struct, frozen=True):
    """What `rsync --stats` counts: `files` all entries looked at, sizes in bytes.

    `outdated` are files that differ and are not sent, because the server is append only.
    """

    files: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    bytes_to_send: int = 0
    bytes_total: int = 0
    outdated: int = 0

    @property
    def unchanged(self) -> int:
        """Entries that are on the server already, with the same content."""
        return self.files - self.new - self.changed - self.outdated


class Ended(msgspec.Struct, frozen=True):
    """The last event: rsync's exit code, its totals unless it failed early, and what it complained of.

    `stderr` is cut in the middle where it is long; `untold` problems were counted and have had no event.
    """

    exit_code: int
    totals: Totals | None
    stderr: str
    untold: int = 0


Event = Entries | Problem | Progress | Ended


def unescaped(name: str) -> str:
    """A file's name as it is, from rsync's `\\#ooo` form."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), name)


def _entry(line: re.Match[bytes]) -> Entry:
    change, size, path = line.groups()
    return Entry(change.decode(), int(size), unescaped(path.decode(errors="surrogateescape")))
