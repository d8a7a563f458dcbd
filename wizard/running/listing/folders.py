"""A tree of folders with running sums of what would be sent from each."""

from __future__ import annotations

from array import array
from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from wizard.client.rsync import listed
from wizard.text.display import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = 0
_NUMBER_BYTES = 4


class Sums(NamedTuple):
    """Files and their bytes."""

    files: int = 0
    bytes: int = 0


class Folders:
    """Folders by their numbers, in columns: a hundred thousand take some 20 MB, which as objects would take 50.

    The first is the top of the backup. Names are as rsync wrote them.
    """

    def __init__(self) -> None:
        self._keys: list[bytes] = []  # the number of the folder around, and the name
        self._numbers: dict[bytes, int] = {}
        self._around, self._first, self._beside = array("I"), array("I"), array("I")
        self._files, self._bytes = array("Q"), array("Q")
        self._make(TOP, b"")

    def __len__(self) -> int:
        return len(self._keys)

    def enter(self, path: bytes) -> int:
        """The number of the folder of that path, which ends in a slash or is empty; it is made if it is not there."""
        folder, around = TOP, TOP.to_bytes(_NUMBER_BYTES)
        for name in path.split(b"/")[:-1]:
            inner = self._numbers.get(around + name)
            folder = self._make(folder, name) if inner is None else inner
            around = folder.to_bytes(_NUMBER_BYTES)
        return folder

    def find(self, path: bytes) -> int | None:
        """The number of the folder of that path, if it is there."""
        folder: int | None = TOP
        for name in path.split(b"/")[:-1]:
            folder = None if folder is None else self._numbers.get(folder.to_bytes(_NUMBER_BYTES) + name)
        return folder

    def add(self, folder: int, files: int, size: int) -> None:
        """Count files with that many bytes together, in the folder and in all around it."""
        while True:
            self._files[folder] += files
            self._bytes[folder] += size
            if folder == TOP:
                return
            folder = self._around[folder]

    def sums(self, folder: int) -> Sums:
        """What would be sent from it and from all folders in it."""
        return Sums(self._files[folder], self._bytes[folder])

    def inside(self, folder: int) -> Iterator[int]:
        """The folders right in it."""
        inner = self._first[folder]
        while inner != TOP:
            yield inner
            inner = self._beside[inner]

    def heaviest(self, folder: int, most: int) -> list[int]:
        """The folders right in it from which most would be sent, the heaviest first; empty ones are no part of it."""
        files = self._files
        with_files = (inner for inner in self.inside(folder) if files[inner])
        return nlargest(most, with_files, key=self._bytes.__getitem__)

    def around(self, folder: int) -> Iterator[int]:
        """The folders around it, up to the top."""
        while folder != TOP:
            folder = self._around[folder]
            yield folder

    def name(self, folder: int) -> bytes:
        """Its name."""
        return self._keys[folder][_NUMBER_BYTES:]

    def title(self, folder: int) -> str:
        """Its name as a person reads it, with nothing in it that is an order to a terminal."""
        return printable(listed.path(self.name(folder)))

    def path(self, folder: int) -> bytes:
        """Its path from the top, with a slash at its end."""
        names = [self.name(one) for one in (folder, *self.around(folder)) if one != TOP]
        return b"".join(name + b"/" for name in reversed(names))

    def _make(self, around: int, name: bytes) -> int:
        number, key = len(self._keys), around.to_bytes(_NUMBER_BYTES) + name
        self._keys.append(key)
        self._around.append(around)
        self._first.append(TOP)
        self._files.append(0)
        self._bytes.append(0)
        if number == TOP:
            self._beside.append(TOP)
        else:
            self._numbers[key] = number
            self._beside.append(self._first[around])
            self._first[around] = number
        return number
