"""Older versions of a backup, as the server keeps them: which there are, and in which folder each is by now.

The server's own programs keep them: rsnapshot in `daily.0`, `weekly.0` and so on, where the backup is in the folder
`files`, or btrbk in `NAME.20261127T0300`. A version is known by when it was made: rsnapshot renames its folders with
each new one. So whoever reads one looks for its folder first, and once more when all is read.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure, Kind
from wizard.restore import entries, selection
from wizard.restore.entries import Item  # noqa: TC001 - msgspec reads it
from wizard.schemes.parts.over_ssh import COMPLETE_MARK
from wizard.text import display

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from wizard.client.access import Access
    from wizard.profile import Profile

_MOST_ENTRIES = 10_000
_OF_RSNAPSHOT = ("daily.*", "weekly.*", "monthly.*")
_NUMBERED = re.compile(r"(?:daily|weekly|monthly)\.\d{1,4}")
_STAMPED = re.compile(r"\.(\d{8}T\d{4})(?:\d{2}([+-]\d{4}))?(?:_\d{1,3})?")
_INNER = "files"
_NO_FOLDER = re.compile(r"@ERROR: (?:Unknown module|chdir failed|chroot failed)|change_dir .* failed: No such file")


class Version(msgspec.Struct, frozen=True):
    """One version: `when` it was made by the server's clock, and the folder that it is in at the moment.

    It is `complete` if the mark of a complete run is in it. `item` is the file or folder that was looked for, if it is
    in it.
    """

    when: datetime
    folder: str
    complete: bool = False
    item: Item | None = None

    @property
    def id(self) -> str:
        """How it is named in commands: by the time on this computer's clock."""
        return f"{self.when.astimezone():%Y-%m-%dT%H%M}"

    def as_json(self) -> dict[str, object]:
        """As `versions --json` prints it."""
        return {"id": self.id, "when": f"{self.when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "complete": self.complete}


async def listed(reader: Profile, access: Access, path: str = "") -> list[Version]:
    """The versions that the server has, the newest first; `path` is looked for in each of them by one list of all.

    Raises:
        Failure: the server can't be asked, or names more than anybody has.
    """
    patterns = [f"/{name}/" for name in (*_OF_RSNAPSHOT, f"{reader.name}.*")]
    for top in ("/*", f"/*/{_INNER}"):
        patterns += [f"{top}/", f"{top}/{COMPLETE_MARK}*", *(selection.beneath(top, path) if path else ())]
    found: dict[str, Item] = {}
    try:
        async with aclosing(_entries(reader, access, patterns)) as items:
            async for item in items:
                found[item.path] = item
    except Failure as failure:
        if are_none(failure.raw):
            return []
        raise
    made = ((top, _when(item, reader.name)) for top, item in found.items() if item.is_folder and "/" not in top)
    versions = [_version(top, when, found, path) for top, when in made if when]
    return sorted(versions, key=lambda one: one.when, reverse=True)


async def find(reader: Profile, access: Access, wanted: str) -> Version:
    """The version that is meant by its id, or the newest of that day.

    Raises:
        Failure: `NO_SUCH_VERSION`, or as for `listed`.
    """
    return chosen(await listed(reader, access), wanted)


def day_of(id: str) -> str:
    """The day that an id stands for, in words; what is no id stays as it is."""
    try:
        return display.day(datetime.strptime(id.partition("T")[0], "%Y-%m-%d").astimezone())
    except ValueError:
        return display.printable(id)


async def place(reader: Profile, access: Access, wanted: str) -> str | None:
    """The folder that the version is in by now; `None` for the backup itself, which no id stands for.

    Raises:
        Failure: as for `find`.
    """
    return (await find(reader, access, wanted)).folder if wanted else None


def chosen(versions: list[Version], wanted: str) -> Version:
    """The same among those that were listed, of which the newest comes first.

    Raises:
        Failure: `NO_SUCH_VERSION`.
    """
    for one in versions:
        if wanted in (one.id, one.id.partition("T")[0]):
            return one
    raise Failure(Kind.NO_SUCH_VERSION, wanted)


async def _entries(reader: Profile, access: Access, patterns: list[str]) -> AsyncGenerator[Item]:
    count = 0
    async with aclosing(entries.listed(reader, access, patterns, version="")) as found:
        async for some in found:
            count += len(some)
            if count > _MOST_ENTRIES:
                raise Failure(Kind.SERVER_SENDS_MORE, reader.server.host)
            for line in some.raw.split(b"\n")[:-1]:
                yield entries.item(line)


def _version(top: str, when: datetime, found: Mapping[str, Item], path: str) -> Version:
    inner = f"{top}/{_INNER}"
    folder = inner if inner in found and _NUMBERED.fullmatch(top) else top
    is_complete = any(one.startswith(f"{folder}/{COMPLETE_MARK}") for one in found)
    return Version(when, folder, is_complete, found.get(f"{folder}/{path}") if path else None)


def _when(item: Item, name: str) -> datetime | None:
    """When a version was made, by its folder; `None` where that is none of a version's."""
    if _NUMBERED.fullmatch(item.path):
        return item.modified.astimezone() if item.modified else None
    stamp = _STAMPED.fullmatch(item.path.removeprefix(name))
    if stamp is None or not item.path.startswith(name):
        return None
    try:
        made = datetime.strptime(f"{stamp[1]}{stamp[2] or ''}", "%Y%m%dT%H%M%z" if stamp[2] else "%Y%m%dT%H%M")
    except ValueError:  # no day that there is
        return None
    return made.astimezone()


def are_none(printed: str) -> bool:
    """Whether the server says that it has no folder of versions, or its line none that it opens."""
    return bool(_NO_FOLDER.search(printed))
