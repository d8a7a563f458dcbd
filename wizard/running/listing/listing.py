"""The list of a practice run as it comes in: kept line by line, and counted as it comes."""

from __future__ import annotations

from array import array
from heapq import heappush, heappushpop, nlargest
from typing import TYPE_CHECKING

from wizard.client.rsync import listed
from wizard.running.listing.folders import TOP, Folders, Sums
from wizard.running.listing.proposals import Proposals
from wizard.running.listing.store import Store
from wizard.text.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LARGEST = 200
_SLICE_BYTES = 1 << 14
_SENT = (b"<f", b">f")  # to a server, and in a count on this computer alone


class Listing:
    """All entries that a backup would touch; `removed` are the numbers of those that would be removed."""

    def __init__(self) -> None:
        self.store = Store()
        self.folders = Folders()
        self.proposals = Proposals(self.folders)
        self.changed = self.new = 0
        self.removed = array("Q")
        self._largest: list[tuple[int, int]] = []
        self._smallest_of_them = 0
        self._here, self._here_path = TOP, b""

    @property
    def count(self) -> int:
        """How many entries a backup would touch."""
        return self.store.count

    @property
    def sent(self) -> Sums:
        """The files that would be sent, and their bytes."""
        return self.folders.sums(TOP)

    @property
    def largest(self) -> list[int]:
        """The numbers of the largest files that would be sent, the largest first."""
        return [-number for _, number in nlargest(MOST_LARGEST, self._largest)]

    def add(self, lines: bytes) -> None:
        """Take in whole lines of rsync's list."""
        number = first = self.store.count
        files = size_here = 0
        for change, size_text, name in listed.fields(lines):
            if change[:2] in _SENT:
                path = name[: name.rfind(b"/") + 1]
                if path != self._here_path:
                    self._leave(files, size_here)
                    files = size_here = 0
                    self._here, self._here_path = self.folders.enter(path), path
                size = int(size_text)
                files += 1
                size_here += size
                if b"+" not in change:
                    self.changed += 1
                if size > self._smallest_of_them:
                    self._rank(size, number)
            elif change[:1] == b"*":
                self.removed.append(number)
            if b"+" in change:
                self.new += 1
            number += 1
        self._leave(files, size_here)
        self.store.add(lines, number - first)
        self.proposals.consider(lines)

    def entry(self, number: int) -> listed.Entry:
        """The entry of that number, counted from 0."""
        return listed.entry(self.store.line(number))

    def lines(self) -> Iterator[bytes]:
        """All of it as `dry-run --output` writes it, in blocks, with nothing in it that is an order to a terminal."""
        for _, block in self.store.blocks():
            yield "".join(
                f"{change.decode()} {size.decode()} {printable(listed.path(name))}\n"
                for change, size, name in listed.fields(block)
            ).encode()

    def _rank(self, size: int, number: int) -> None:
        # Of two files of the same size, the earlier one ranks higher.
        if len(self._largest) < MOST_LARGEST:
            heappush(self._largest, (size, -number))
        else:
            heappushpop(self._largest, (size, -number))
            self._smallest_of_them = self._largest[0][0]

    def _leave(self, files: int, size: int) -> None:
        if files:
            self.folders.add(self._here, files, size)


def slices(lines: bytes) -> Iterator[bytes]:
    """Whole lines in pieces small enough that nothing else has to wait for one to be taken in."""
    start = 0
    while start < len(lines):
        end = lines.find(b"\n", start + _SLICE_BYTES) + 1 or len(lines)
        yield lines[start:end]
        start = end
