"""rsync run for real, its output as typed events."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.client import children
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from wizard.client.access import Access

_CHUNK = 1 << 16
_ESCAPED = re.compile(r"\\#([0-7]{3})")
_PROBLEM = re.compile(r'(?:rsync: (?:\[\w+\] )?|(?=file has vanished))(?P<message>.*?"(?P<path>.+)".*)')
_STATISTIC = re.compile(r"^(?P<name>[A-Z][^:]+): (?P<value>\d+)")


@dataclass(frozen=True)
class Entry:
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


@dataclass(frozen=True)
class Entries:
    """Some lines of the list, in rsync's order."""

    entries: Sequence[Entry]


@dataclass(frozen=True)
class Problem:
    """One complaint of rsync; `path` is empty where it names none."""

    path: str
    message: str


@dataclass(frozen=True)
class Totals:
    """What `rsync --stats` counts: `files` all entries looked at, sizes in bytes."""

    files: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    bytes_to_send: int = 0
    bytes_total: int = 0

    @property
    def unchanged(self) -> int:
        """Entries that are on the server already, with the same content."""
        return self.files - self.new - self.changed


@dataclass(frozen=True)
class Ended:
    """The last event: rsync's exit code, its totals unless it failed early, and all it complained of."""

    exit_code: int
    totals: Totals | None
    stderr: str


Event = Entries | Problem | Ended


async def run(argv: Sequence[str], access: Access) -> AsyncGenerator[Event]:
    """Run an rsync command; closing the generator ends rsync and its ssh.

    Raises:
        Failure: `NO_RSYNC` if it can't be started.
    """
    try:
        async with children.child(argv, access.environment, _stdin(access)) as process:
            assert process.stdout and process.stderr
            complaints = asyncio.create_task(children.head(process.stderr))
            statistics: list[str] = []
            changed = 0
            try:
                async for lines in _batches(process.stdout):
                    entries = [entry for line in lines if (entry := _entry(line))]
                    statistics += [line for line in lines if _STATISTIC.match(line)]
                    changed += sum(entry.is_sent and not entry.is_new for entry in entries)
                    if entries:
                        yield Entries(entries)
                stderr = await complaints
            finally:
                complaints.cancel()
            for problem in problems(stderr):
                yield problem
            yield Ended(await process.wait(), totals(statistics, changed), stderr)
    except FileNotFoundError as error:
        raise Failure(Kind.NO_RSYNC, argv[0], str(error)) from None


def _stdin(access: Access) -> bytes:
    return f"{access.password.reveal()}\n".encode() if access.password else b""


def problems(stderr: str) -> list[Problem]:
    """What rsync complained of, file by file; its closing summary is left out."""
    found = (_PROBLEM.match(line) for line in stderr.splitlines())
    return [Problem(unescaped(one["path"]), one["message"]) for one in found if one]


def totals(statistics: Sequence[str], changed: int) -> Totals | None:
    """The totals in rsync's --stats, with plain digits; `None` where it ended before them.

    `changed` has to be counted from the list: the statistics take a new hard link as created and not as sent, so
    what was sent less what was created is no measure of it.
    """
    values: dict[str, int] = {}
    for line in statistics:
        if found := _STATISTIC.match(line):
            values[found["name"]] = int(found["value"])
    if "Total transferred file size" not in values:
        return None
    return Totals(
        files=values.get("Number of files", 0),
        new=values.get("Number of created files", 0),
        changed=changed,
        deleted=values.get("Number of deleted files", 0),
        bytes_to_send=values["Total transferred file size"],
        bytes_total=values.get("Total file size", 0),
    )


def unescaped(name: str) -> str:
    """A file's name as it is, from rsync's `\\#ooo` form."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), name)


async def _batches(stream: asyncio.StreamReader) -> AsyncIterator[list[str]]:
    rest = b""
    while chunk := await stream.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [line.decode(errors="surrogateescape") for line in lines]
    if rest:
        yield [rest.decode(errors="surrogateescape")]


def _entry(line: str) -> Entry | None:
    change, size, path = (*line.split("|", 2), "", "")[:3]
    if not path or not size.isdigit():
        return None
    return Entry(change, int(size), unescaped(path))
