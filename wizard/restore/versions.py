"""Older versions of a backup, as the server keeps them: which there are, and in which folder each is by now.

The server's own programs keep them: rsnapshot in `daily.0`, `weekly.0` and so on, where the backup is in the folder
`files`, or btrbk in `NAME.20261127T0300`. A version is known by when it was made: rsnapshot renames its folders with
each new one. So whoever reads one looks for its folder first, and once more when all is read.
"""

from __future__ import annotations

import contextlib
import re
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure, Kind
from wizard.restore import entries, selection
from wizard.restore.entries import Item  # noqa: TC001 - msgspec reads it
from wizard.schemes.parts.over_ssh import COMPLETE_MARK
from wizard.storage import state_files
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from wizard.client.access import Access
    from wizard.profile import Profile

_FILE = "versions.json"
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


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How many versions there were when the server was last asked, and which was the newest."""

    when: datetime
    count: int
    newest: datetime | None = None

    @property
    def in_words(self) -> str:
        """The same for a person."""
        age = display.ago((datetime.now(UTC) - self.when).total_seconds())
        if self.newest is None:
            return _("{age}: there were none yet.").format(age=age)
        told = ngettext("{age}: {count}, of {day}.", "{age}: {count}, the newest of {day}.", self.count)
        count, day = display.number(self.count), display.day(self.newest.astimezone())
        return told.format(age=age, count=count, day=day)

    def as_json(self) -> dict[str, object]:
        """As `status --json` prints it."""
        newest = f"{self.newest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if self.newest else None
        return {"seen": f"{self.when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "count": self.count, "newest": newest}


def last_seen(name: str) -> Seen | None:
    """What there was when the server was last asked; `None` if it never was, or if that can't be read."""
    return state_files.load(name, _FILE, Seen, None)


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
        if not are_none(failure.raw):
            raise
    made = ((top, _when(item, reader.name)) for top, item in found.items() if item.is_folder and "/" not in top)
    versions = [_version(top, when, found, path) for top, when in made if when]
    versions.sort(key=lambda one: one.when, reverse=True)
    seen = Seen(
        when=datetime.now(UTC).replace(microsecond=0),
        count=len(versions),
        newest=versions[0].when.astimezone(UTC) if versions else None,
    )
    with contextlib.suppress(Failure):  # on a full disk, the next time
        state_files.save(reader.name, _FILE, seen, lasting=False)
    return versions


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
