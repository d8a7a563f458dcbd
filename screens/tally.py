"""What a practice run has told so far, in groups, of which only so much is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len

from wizard.client import rsync
from wizard.display import printable
from wizard.server import transfer

if TYPE_CHECKING:
    from wizard.client.rsync import Event

MOST_KEPT = 20_000
_REASON = re.compile(r'".*":?\)? (?:failed: )?(?P<reason>[^"]+?)(?: \(\d+\))?$')
_SUMMARY = ("rsync error:", "rsync warning:")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `size` in bytes, where it means anything."""

    text: str
    size: int | None = None


@dataclass
class Group:
    """The rows of one kind: all are counted, the first are kept; `empty` says that there is none."""

    empty: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    width: int = 0
    has_sizes: bool = False

    @property
    def more(self) -> int:
        """How many were not kept."""
        return self.count - len(self.rows)

    def add(self, text: str, size: int | None = None) -> None:
        """Count one more, and keep it while there is room."""
        self.count += 1
        if len(self.rows) < MOST_KEPT:
            text = printable(text)
            self.has_sizes = self.has_sizes or size is not None
            self.rows.append(Row(text, size))
            self.width = max(self.width, cell_len(text))


class Tally:
    """The groups of a run, the bytes it would send, and how it ended."""

    def __init__(self) -> None:
        self.groups = {
            "new": Group("Nothing is new."),
            "changed": Group("Nothing has changed."),
            "gone": Group("Nothing would be removed."),
            "problems": Group("There are no problems."),
        }
        self.bytes_to_send = 0
        self.latest = ""
        self.ended: rsync.Ended | None = None

    @property
    def count(self) -> int:
        """How many entries a backup would touch."""
        return sum(self.groups[name].count for name in ("new", "changed", "gone"))

    def add(self, event: Event) -> None:
        """Take in what rsync told."""
        match event:
            case rsync.Entries():
                for entry in event:
                    self._add(entry)
                self.latest = printable(event.last.path) if event.last else self.latest
            case rsync.Problem(path, message):
                reason = _REASON.search(message)
                self.groups["problems"].add(f"{reason['reason']}: {path}" if reason else message)
            case rsync.Ended():
                self.ended = event
                self._add_unnamed(event)

    def _add_unnamed(self, ended: rsync.Ended) -> None:
        # Some complaints name no file in quotes; where there are no others, they are the only reason there is.
        problems = self.groups["problems"]
        if ended.exit_code in transfer.SOME_FILES_FAILED and not problems.count:
            for line in ended.stderr.splitlines():
                if line and not line.startswith(_SUMMARY):
                    problems.add(line)

    def _add(self, entry: rsync.Entry) -> None:
        if entry.is_deleted:
            self.groups["gone"].add(entry.path)
            return
        if entry.is_sent:
            self.bytes_to_send += entry.size
        if entry.is_new:
            self.groups["new"].add(entry.path, entry.size if entry.is_sent else None)
        elif entry.is_sent:
            self.groups["changed"].add(entry.path, entry.size)
