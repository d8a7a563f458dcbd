"""What rsync complains of on its standard error, of which only so much is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.client.rsync.events import Problem
from wizard.client.rsync.listed import unescaped

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

MOST_PROBLEMS = 1000
_MOST_BYTES = 1 << 16
_PROBLEM = re.compile(r'(?:rsync: (?:\[\w+\] )?|(?=(?:file|directory) has vanished))(?P<message>.*?"(?P<path>.+)".*)')
_SPECIAL = re.compile(r'(?P<message>skipping non-regular file "(?P<path>.+)")')
_TOO_LONG = re.compile(
    r"(?:rsync: )?(?:\[\w+\] )?(?P<message>filename overflows max-path len by \d{1,9}): (?P<path>.+)"
)
_IN_THE_WAY = re.compile(
    r"(?P<message>could not make way for new (?:regular file|symlink|(?:device|special) file)): (?P<path>.+)"
)
_NOT_REMOVED = re.compile(
    r"(?:rsync: )?(?:\[\w+\] )?(?P<message>delete_file: (?:unlink|rmdir)\((?P<path>.+)\) failed: .+)"
)
_FORMS = (_PROBLEM, _TOO_LONG, _SPECIAL, _IN_THE_WAY, _NOT_REMOVED)


class Complaints:
    """All are counted, the first are kept, and of the text the beginning and the end; new ones call `wakes`."""

    def __init__(self, wakes: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self._wakes = wakes
        self._head = self._tail = self._rest = b""
        self._cut = False
        self._new: list[Problem] = []

    @property
    def text(self) -> str:
        """What was printed; where it is long, without its middle."""
        gap = b"\n[...]\n" if self._cut else b""
        return (self._head + gap + self._tail).decode(errors="backslashreplace")

    @property
    def untold(self) -> int:
        """How many were counted and not kept."""
        return max(self.count - MOST_PROBLEMS, 0)

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Take in all that comes, to the end."""
        while chunk := await stream.read(_MOST_BYTES):
            self.feed(chunk)
        self._look_at(self._rest)

    def feed(self, chunk: bytes) -> None:
        """Take in some of it."""
        self._keep(chunk)
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[:_MOST_BYTES]
        for line in lines:
            self._look_at(line)

    def add(self, problem: Problem) -> None:
        """Count one, and keep it while there is room."""
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self._new.append(problem)
            self._wakes()

    def take(self) -> list[Problem]:
        """Those that are new since they were last taken."""
        new, self._new = self._new, []
        return new

    def _look_at(self, line: bytes) -> None:
        if problem := problem_in(line.decode(errors="surrogateescape")):
            self.add(problem)

    def _keep(self, chunk: bytes) -> None:
        room = _MOST_BYTES - len(self._head)
        self._head += chunk[:room]
        after = self._tail + chunk[room:]
        self._cut = self._cut or len(after) > _MOST_BYTES
        self._tail = after[-_MOST_BYTES:]


def problem_in(line: str) -> Problem | None:
    """What a line complains of; rsync's closing summary is no complaint."""
    found = next(filter(None, (form.match(line) for form in _FORMS)), None)
    return Problem(unescaped(found["path"]), found["message"]) if found else None
