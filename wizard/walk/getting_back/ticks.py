"""What of a backup is ticked: a ticked folder covers all that is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client.folders.chosen_folders import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALL = ""


class Ticks:
    """Paths in a backup, in the order in which they were ticked; `ALL` is the backup itself."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._ticked: dict[str, None] = {}
        self._around: dict[str, int] = {}
        for path in paths:
            self.turn(path)

    def __len__(self) -> int:
        return len(self._ticked)

    @property
    def paths(self) -> tuple[str, ...]:
        """What is ticked; what is in a ticked folder isn't named."""
        return tuple(self._ticked)

    def mark(self, path: str) -> Mark:
        """How a file or a folder stands towards what is ticked."""
        if path in self._ticked:
            return Mark.ON
        if self.around(path) is not None:
            return Mark.INSIDE
        return Mark.PARTLY if path in self._around else Mark.OFF

    def around(self, path: str) -> str | None:
        """The ticked folder that this is in."""
        return next((one for one in _parents(path) if one in self._ticked), None)

    def turn(self, path: str) -> bool:
        """Tick it or clear it; returns whether that can be: what is in a ticked folder comes with that."""
        if self.around(path) is not None:
            return False
        if path in self._ticked:
            self._clear(path)
            return True
        if path in self._around:  # what is ticked in it is covered now
            inside = f"{path}/" if path else ""
            for one in [one for one in self._ticked if one.startswith(inside)]:
                self._clear(one)
        self._ticked[path] = None
        for one in _parents(path):
            self._around[one] = self._around.get(one, 0) + 1
        return True

    def _clear(self, path: str) -> None:
        del self._ticked[path]
        for one in _parents(path):
            self._around[one] -= 1
            if not self._around[one]:
                del self._around[one]


def _parents(path: str) -> Iterator[str]:
    """All that is around it, the backup itself included."""
    if path == ALL:
        return
    yield ALL
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
