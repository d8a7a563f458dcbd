"""What is in a backup, as a tree: each folder is listed as it is opened, and all names once somebody searches them."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING

from wizard.client.rsync import listed
from wizard.failure import Failure, Kind
from wizard.restore import entries, selection, versions
from wizard.restore.entries import Item
from wizard.running.listing.folders import TOP, Folders, Sums
from wizard.running.listing.listing import slices
from wizard.running.listing.search import Search
from wizard.running.listing.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.versions import Version

MOST_ENTRIES = 10_000_000
_BLOCKS_AT_HAND = 4  # lines of a level are looked at one after the other
# The backup's own line, which comes first, is none of what is in it.
_THE_TOP = re.compile(rb"^[^|\n]*\|\d+\|\./\n", re.MULTILINE)


class Level:
    """What is right in one folder, folders first; a million take little more room than their names."""

    def __init__(self) -> None:
        self._folders, self._files = Store(_BLOCKS_AT_HAND), Store(_BLOCKS_AT_HAND)

    def __len__(self) -> int:
        return self._folders.count + self._files.count

    def __getitem__(self, number: int) -> Item:
        if not 0 <= number < len(self):
            raise IndexError(number)
        of_files = number - self._folders.count
        return entries.item(self._folders.line(number) if of_files < 0 else self._files.line(of_files))

    def __iter__(self) -> Iterator[Item]:
        return map(self.__getitem__, range(len(self)))

    def add(self, lines: bytes, folder: bytes) -> None:
        """Take in whole lines of rsync's list; those of the folder itself and of what is around it are left out."""
        for line in lines.split(b"\n")[:-1]:
            name = line.split(b"|", 2)[2][entries.TIME_LENGTH + 1 :]
            if len(name.rstrip(b"/")) > len(folder) and name != b"./" and name.startswith(folder):
                (self._folders if line[1:2] == b"d" else self._files).add(line + b"\n", 1)


class Tree:
    """The tree of one backup, or of that `version` of it, read with the key that `reader` names."""

    def __init__(self, reader: Profile, access: Access, version: str = "") -> None:
        self._reader, self._access, self._version = reader, access, version
        self._all, self._sums = Store(), Folders()
        self._is_complete = False

    @property
    def is_complete(self) -> bool:
        """Whether all names are here, so that a search finds whatever there is, and sizes are known."""
        return self._is_complete

    @property
    def count(self) -> int:
        """How many entries are known by now."""
        return self._all.count

    async def inside(self, folder: str) -> Level:
        """What is right in a folder, asked of the server; the top has an empty path.

        Raises:
            Failure: the server can't be asked, or names more than anybody has.
        """
        level = Level()
        async with aclosing(self.fill(level, folder)) as filling:
            async for _ in filling:
                pass
        return level

    async def fill(self, level: Level, folder: str) -> AsyncGenerator[None]:
        """The same into a level that is shown meanwhile, in slices that keep nothing else waiting.

        Raises:
            Failure: as for `inside`.
        """
        # As rsync writes it; a name that comes in another form is none that is in the folder.
        start = listed.escaped(f"{folder}/") if folder else b""
        async with aclosing(self._listed(selection.inside(folder), entries.WITH_TIME)) as found:
            async for lines in found:
                for part in slices(lines):
                    level.add(part, start)
                    yield

    async def versions_with(self, path: str) -> list[Version]:
        """The older versions of the backup, the newest first, with what they have at that path.

        Raises:
            Failure: as for `versions.listed`.
        """
        return await versions.listed(self._reader, self._access, path)

    async def read_all(self) -> AsyncGenerator[int]:
        """Read all names from the server, in slices that keep nothing else waiting; tells how many there are by now.

        Raises:
            Failure: as for `inside`.
        """
        self._all, self._sums, self._is_complete = Store(), Folders(), False
        async with aclosing(self._listed([], listed.OUT_FORMAT)) as found:
            async for lines in found:
                for part in slices(lines if self._all.count else _THE_TOP.sub(b"", lines, count=1)):
                    self._add(part)
                    yield self._all.count
        self._is_complete = True

    def search(self, text: str) -> Search:
        """A search among all names that are known; its `matches` are numbers for `item`."""
        return Search(self._all, text)

    def item(self, number: int) -> Item:
        """The entry of that number, counted from 0."""
        entry = listed.entry(self._all.line(number))
        is_folder = entry.change[1] == "d"
        return Item(entry.path.rstrip("/"), 0 if is_folder else entry.size, is_folder, entry.change[1] == "L")

    def sums(self, folder: str) -> Sums:
        """The files in a folder and in all folders in it, and their bytes, as far as they are known."""
        number = self._sums.find(listed.escaped(f"{folder}/")) if folder else TOP
        return Sums() if number is None else self._sums.sums(number)

    def _add(self, lines: bytes) -> None:
        here, path, files, size, count = TOP, b"", 0, 0, 0
        for change, bytes_text, name in listed.fields(lines):
            count += 1
            if change[1:2] == b"d":
                continue
            around = name[: name.rfind(b"/") + 1]
            if around != path:
                self._sums.add(here, files, size)
                here, path, files, size = self._sums.enter(around), around, 0, 0
            files += 1
            size += int(bytes_text) if change[1:2] == b"f" else 0
        self._sums.add(here, files, size)
        self._all.add(lines, count)

    async def _listed(self, patterns: list[str], form: str) -> AsyncGenerator[bytes]:
        count = 0
        version = await versions.place(self._reader, self._access, self._version)
        async with aclosing(entries.listed(self._reader, self._access, patterns, form, version)) as found:
            async for some in found:
                count += len(some)
                if count > MOST_ENTRIES:
                    raise Failure(Kind.SERVER_SENDS_MORE, self._reader.server.host)
                yield some.raw
