"""One entry of a backup, and rsync's list of such entries: the backup's own, or those of an older version."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, aclosing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client import rsync
from wizard.client.rsync import listed as lines
from wizard.restore import selection
from wizard.running import report
from wizard.schemes.base import Reading

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile

WITH_TIME = "--out-format=%i|%l|%M %n"
TIME_LENGTH = len("2026/11/29-10:25:00")
_TIME = "%Y/%m/%d-%H:%M:%S"


class Item(msgspec.Struct, frozen=True):
    """A file, a link or a folder, by its path in the backup; `modified` is in this computer's time."""

    path: str
    size: int = 0
    is_folder: bool = False
    is_link: bool = False
    modified: datetime | None = None

    @property
    def name(self) -> str:
        """Its last name."""
        return self.path.rpartition("/")[2]


async def listed(
    reader: Profile, access: Access, patterns: list[str], form: str = WITH_TIME, version: str | None = None
) -> AsyncGenerator[rsync.Entries]:
    """Rsync's list of what is there by those patterns, or of all; `version` is as in `Reading`.

    Raises:
        Failure: the server can't be asked.
    """
    with ExitStack() as opened:
        empty = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="backup-wizard-")))
        chosen = opened.enter_context(selection.kept(patterns)) if patterns else None
        reading = Reading(empty, dry_run=True, chosen=chosen, here=(form,), version=version)
        command = schemes.of(reader).read_command(reader, access.facts, reading)
        async with aclosing(rsync.run(command, access)) as events:
            async for event in events:
                if isinstance(event, rsync.Entries):
                    yield event
                elif isinstance(event, rsync.Ended):
                    report.require_totals(event)


async def missing(reader: Profile, access: Access, paths: Sequence[str], version: str | None) -> list[str]:
    """Those paths that are not in the backup, or not in that version of it.

    Raises:
        Failure: the server can't be asked.
    """
    found: set[str] = set()
    patterns = [pattern for path in paths for pattern in selection.of([path]) if not pattern.endswith("/***")]
    async with aclosing(listed(reader, access, patterns, version=version)) as entries:
        async for some in entries:
            found |= {item(line).path for line in some.raw.split(b"\n")[:-1]} & set(paths)
    return [path for path in paths if path not in found]


def item(line: bytes) -> Item:
    """What a line of such a list with times says."""
    change, size, rest = line.split(b"|", 2)
    is_folder = change[1:2] == b"d"
    try:
        modified = datetime.strptime(rest[:TIME_LENGTH].decode(), _TIME)
    except ValueError:  # a year that no calendar has
        modified = None
    path = lines.path(rest[TIME_LENGTH + 1 :]).rstrip("/")
    return Item(path, 0 if is_folder else int(size), is_folder, change[1:2] == b"L", modified)
