"""A backup's tree as lines, in which a folder that was opened is followed by what is in it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from wizard.restore.entries import Item
from wizard.restore.tree import Level

TOP = Item("", is_folder=True)


class Line(msgspec.Struct, frozen=True):
    """One line: how deep in the tree it is, and what is in it, if it is a folder that is opened."""

    item: Item
    depth: int
    opened: Opened | None = None

    @property
    def is_opened(self) -> bool:
        """Whether what is in it follows."""
        return self.opened is not None


class OpenedTree:
    """The first line is the backup itself, which is always open; only the lines that are asked for are ever made."""

    def __init__(self) -> None:
        self.top = Opened(Level())

    def __len__(self) -> int:
        return 1 + len(self.top)

    def line(self, number: int) -> Line:
        """The line of that number, counted from 0."""
        if number == 0:
            return Line(TOP, 0, self.top)
        way = self._way(number)
        opened, index, _ = way[-1]
        return Line(opened.level[index], len(way), opened.folders.get(index))

    def around(self, number: int) -> int:
        """The line of the folder that a line is in; the first line is in none but itself."""
        if number == 0:
            return 0
        way = self._way(number)
        return way[-2].line if len(way) > 1 else 0

    def open(self, number: int) -> Opened:
        """Open the folder of that line; what is in it follows as its level is filled."""
        around, index, _ = self._way(number)[-1]
        around.folders[index] = opened = Opened(Level(), around, index)
        return opened

    def close(self, number: int) -> None:
        """Show no more what is in the folder of that line."""
        opened, index, _ = self._way(number)[-1]
        opened.folders.pop(index, None)

    def _way(self, number: int) -> list[_Place]:
        """The folders around that line, from the outermost, and the line itself."""
        way: list[_Place] = []
        here: Opened | None = self.top
        rest, first = number - 1, 1
        while here:
            index, start, deeper = here.at(rest)
            way.append(_Place(here, index, first + start))
            here, rest, first = deeper, rest - start - 1, first + start + 1
        return way


class Opened:
    """A folder that is opened: what is in it, and which of its folders are opened, by their numbers."""

    def __init__(self, level: Level, around: Opened | None = None, number: int = 0) -> None:
        self.level = level
        self.folders: dict[int, Opened] = {}
        self._around, self._number = around, number

    def __len__(self) -> int:
        return len(self.level) + sum(map(len, self.folders.values()))

    @property
    def line(self) -> int:
        """The line that the folder itself is in."""
        if self._around is None:
            return 0
        before = (inside for number, inside in self._around.folders.items() if number < self._number)
        return self._around.line + 1 + self._number + sum(map(len, before))

    def close(self) -> None:
        """Show it no more, unless it was closed and opened again."""
        if self._around and self._around.folders.get(self._number) is self:
            del self._around.folders[self._number]

    def at(self, line: int) -> tuple[int, int, Opened | None]:
        """The entry at that line, counted from this folder's first; or the opened one that the line is inside.

        It is told by its number, by the line that it is in itself, and by what is opened there around the line.
        """
        passed = 0
        for index in sorted(self.folders):
            start, inside = index + passed, self.folders[index]
            if line <= start:
                break
            if line <= start + len(inside):
                return index, start, inside
            passed += len(inside)
        return line - passed, line, None


class _Place(NamedTuple):
    """An entry of an opened folder, and the line that it is in."""

    opened: Opened
    number: int
    line: int
