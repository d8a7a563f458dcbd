"""The lines of a tree, whatever was opened and closed in it, against one that is written down whole."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from wizard.walk.getting_back.opened_tree import OpenedTree

if TYPE_CHECKING:
    from wizard.restore.tree import Level
    from wizard.walk.getting_back.opened_tree import Opened

TIME = "2026/11/29-10:25:00"


class Written:
    """The same tree, made anew each time from all that is in it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._inside: dict[str, tuple[list[str], list[str]]] = {}
        self.opened: set[str] = set()

    def fill(self, level: Level, folder: str) -> None:
        folders, files = self._of(folder)
        start = f"{folder}/" if folder else ""
        for name in folders:
            level.add(f"cd+++++++++|0|{TIME} {start}{name}/\n".encode(), start.encode())
        for name in files:
            level.add(f">f+++++++++|5|{TIME} {start}{name}\n".encode(), start.encode())

    def lines(self, folder: str = "", depth: int = 1) -> list[tuple[str, int, bool]]:
        folders, files = self._of(folder)
        start = f"{folder}/" if folder else ""
        found = []
        for name in folders:
            path = f"{start}{name}"
            found.append((path, depth, path in self.opened))
            found += self.lines(path, depth + 1) if path in self.opened else []
        return found + [(f"{start}{name}", depth, False) for name in files]

    def close(self, folder: str) -> None:
        self.opened = {one for one in self.opened if one != folder and not one.startswith(f"{folder}/")}

    def _of(self, folder: str) -> tuple[list[str], list[str]]:
        if folder not in self._inside:
            counts = self._chance.randrange(4) if folder.count("/") < 3 else 0, self._chance.randrange(3)
            self._inside[folder] = [f"d{n}" for n in range(counts[0])], [f"f{n}" for n in range(counts[1])]
        return self._inside[folder]


@pytest.mark.parametrize("seed", range(20))
def test_lines_are_those_of_a_tree_written_down_whole(seed: int) -> None:
    written = Written(random.Random(seed))
    tree = OpenedTree()
    written.fill(tree.top.level, "")
    handles: dict[str, Opened] = {}
    for _ in range(20):
        expected = [("", 0, True), *written.lines()]
        found = [tree.line(number) for number in range(len(tree))]
        assert [(one.item.path, one.depth, one.is_opened) for one in found] == expected
        paths = [path for path, _, _ in expected]
        assert [paths[tree.around(number)] for number in range(1, len(tree))] == [
            path.rpartition("/")[0] for path in paths[1:]
        ]
        assert all(paths[handles[path].line] == path for path in written.opened)
        folders = [number for number, one in enumerate(found) if number and one.item.is_folder]
        if not folders:
            return
        number = written._chance.choice(folders)
        path = paths[number]
        if path in written.opened:
            tree.close(number)
            written.close(path)
        else:
            handles[path] = tree.open(number)
            written.fill(handles[path].level, path)
            written.opened.add(path)


def test_a_folder_that_could_not_be_listed_is_closed_again() -> None:
    tree = OpenedTree()
    tree.top.level.add(f"cd+++++++++|0|{TIME} a/\n".encode(), b"")
    first = tree.open(1)
    first.close()
    assert not tree.line(1).is_opened
    tree.open(1)
    first.close()  # another one by now
    assert tree.line(1).is_opened
