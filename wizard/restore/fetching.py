"""From the server into a stage: planned, bounded by the plan, and compared with the server once it is there."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client import rsync
from wizard.failure import Failure, Kind
from wizard.restore import linking, selection, staged_files
from wizard.running import report
from wizard.schemes.base import Reading
from wizard.schemes.parts.over_ssh import COMPLETE_MARK, PARTIAL_FOLDER
from wizard.server import complete_mark

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.linking import Pair
    from wizard.restore.order import Order, Overwrite, Part
    from wizard.restore.stage import Stage

_MOST_ENTRIES = 10_000_000
_MOST_DIFFERING = 10_000
_MOST_MARKS, _MOST_BYTES_OF_MARKS = 10_000, 64 << 20
# A server that says one thing and sends another is stopped; a file may also have grown meanwhile.
_MORE_BYTES, _MORE_ENTRIES = 64 << 20, 10_000

# Lines of rsync's list, without those of folders and of what is as it is in the backup already. What has the same time
# there and here is not newer.
_WRITTEN = re.compile(rb"^(?:[>ch.][fLDS](?! {9})[^|\n]{9})\|.*\n", re.MULTILINE)
_NEWER = re.compile(rb"^(?:[>ch.][fLDS](?:\+{9}|..[tT][^|\n]{6}))\|.*\n", re.MULTILINE)
_SUMMARY = re.compile(r"rsync (?:error|warning): ")

_ON_THIS_DISK = {
    "No space left on device": Kind.DISK_FULL_HERE,
    "Disk quota exceeded": Kind.DISK_FULL_HERE,
    "Read-only file system": Kind.FOLDER_READ_ONLY,
}


class Plan(msgspec.Struct, frozen=True):
    """What is in the part: entries of all kinds, those that are no folders, and the bytes that are still to come."""

    entries: int
    files: int
    bytes: int


NOTHING = Plan(0, 0, 0)


class _Here:
    """The paths of a part that are here already."""

    def __init__(self, part: Part) -> None:
        self._folder, self._place = part.folder, f"{part.place}/"

    def __contains__(self, path: object) -> bool:
        return os.path.lexists(self._folder / str(path).removeprefix(self._place))


class Source:
    """One part of an order, read with the key that `reader` names; `version` is as in `Reading`."""

    def __init__(
        self, reader: Profile, access: Access, order: Order, part: Part, stage: Stage, version: str | None = None
    ) -> None:
        self._reader, self._access, self._order = reader, access, order
        self._part, self._stage, self._version = part, stage, version

    async def plan(self) -> Plan:
        """Ask what there is, and how much of it has still to come.

        Raises:
            Failure: the server can't be asked, or names more than anybody has.
        """
        with _empty() as empty:
            tree = self._stage.tree if self._stage.is_begun else empty
            ended = await _end_of(self._bounded(self._read(tree, dry_run=True), _MOST_ENTRIES))
        found = totals(ended, self._part.folder)
        if found.files > _MOST_ENTRIES:
            raise Failure(Kind.SERVER_SENDS_MORE, self._reader.server.host)
        return Plan(found.files, found.files - found.folders, found.bytes_to_send)

    async def practice(self) -> AsyncGenerator[rsync.Event]:
        """What a restore would do to the files that are here; nothing is written."""
        word = {"never": ("--ignore-existing",), "if-newer": ("--update",)}.get(self._order.overwrite, ())
        here = ("--no-munge-links", *word)  # nothing is written, and links are compared as they are
        if self._part.links and self._part.folder.exists():
            async with aclosing(self._practice_by_links()) as events:
                async for event in events:
                    yield event
            return
        with _empty() as empty:
            to = self._part.top if self._part.folder.exists() else empty
            reading = self._reading(to, dry_run=True, here=here)
            async with aclosing(self._run(reading)) as events:
                async for event in events:
                    yield event

    async def _practice_by_links(self) -> AsyncGenerator[rsync.Event]:
        """The same where the folder has its place's name by a link alone: rsync compares by one, but writes by none."""
        here = ("--no-munge-links", f"--compare-dest={self._part.top}")
        there = _Here(self._part) if self._order.overwrite == "never" else ()
        with _empty() as empty:
            reading = self._reading(empty, dry_run=True, here=here, hard_links=False)
            async with aclosing(self._run(reading)) as events:
                async for event in events:
                    yield event.without(there)[0] if isinstance(event, rsync.Entries) else event

    async def fetch(self, plan: Plan, holding: Sequence[int]) -> AsyncGenerator[rsync.Event]:
        """Have it sent into the stage.

        Raises:
            Failure: rsync failed as a whole, this disk is full, or the server sends more than it said.
        """
        # In a folder of their own (--temp-dir), temporary files would take rsync half as long again.
        # What an earlier try has fetched may be gone from the backup by now, or of a version that had that name then.
        here = (f"--partial-dir={PARTIAL_FOLDER}", "--delete")
        events = self._read(self._stage.tree, dry_run=False, here=here, holding=holding)
        async with aclosing(self._bounded(events, plan.entries + _MORE_ENTRIES)) as bounded:
            async for event in bounded:
                if isinstance(event, rsync.Progress) and event.bytes_done > plan.bytes * 1.01 + _MORE_BYTES:
                    raise Failure(Kind.SERVER_SENDS_MORE, self._reader.server.host)
                if isinstance(event, rsync.Ended):
                    totals(event, self._part.folder)
                yield event

    async def fetch_marks(self) -> None:
        """Fetch the marks of complete backups, which tell the modes of the folders; there may be none.

        Whoever has the backup's key could plant more of them than there is room for: then it goes without the rest.

        Raises:
            Failure: the server can't be asked, or this disk is full.
        """
        only_marks = (f"--include=/{COMPLETE_MARK}*", "--exclude=*", f"--max-size={complete_mark.MOST_BYTES}")
        reading = Reading(self._stage.marks, dry_run=False, here=only_marks, version=self._version)
        command = schemes.of(self._reader).read_command(self._reader, self._access.facts, reading)
        count = 0
        async with aclosing(rsync.run(command, self._access)) as events:
            async for event in events:
                match event:
                    case rsync.Entries():
                        count += len(event)
                    case rsync.Progress() if event.bytes_done > _MOST_BYTES_OF_MARKS:
                        return
                    case rsync.Ended():
                        totals(event, self._part.folder)
                if count > _MOST_MARKS:
                    return

    async def compare(self) -> tuple[str, ...]:
        """The files in the stage whose content is not what the server has.

        Raises:
            Failure: the server can't be asked, or so many differ that it can't be meant.
        """
        differing: list[str] = []
        linked = not self._part.folder.exists()
        here = ("--existing",)
        reading = self._reading(self._stage.tree, dry_run=True, by_content=True, hard_links=linked, here=here)
        async with aclosing(self._run(reading)) as events:
            async for event in events:
                if isinstance(event, rsync.Entries):
                    differing += (one.path for one in event if one.change.startswith(">f"))
                    if len(differing) > _MOST_DIFFERING:
                        raise Failure(Kind.RESTORED_DIFFER, str(self._part.folder))
                elif isinstance(event, rsync.Ended):
                    totals(event, self._part.folder)
        return tuple(differing)

    async def missing(self, differing: Sequence[str]) -> int:
        """How many files are neither here nor in the stage after a fetch that left some out, the differing among them.

        Raises:
            Failure: the server can't be asked.
        """
        count, dropped = len(differing), set(differing)
        async with aclosing(self._bounded(self._read(self._stage.tree, dry_run=True), _MOST_ENTRIES)) as events:
            async for event in events:
                if isinstance(event, rsync.Entries):
                    paths = {one.path for one in only_restored(event, "always")} - dropped
                    count += staged_files.lacking(self._stage.tree, paths)
                elif isinstance(event, rsync.Ended):
                    totals(event, self._part.folder)
        return count

    async def hard_links(self) -> list[Pair]:
        """Names of the same file, where rsync could not keep them itself: some files may be here already.

        Raises:
            Failure: the server can't be asked.
        """
        found: list[Pair] = []
        if not self._part.folder.exists():
            return found
        with _empty() as empty:
            reading = Reading(empty, dry_run=True, here=(linking.FORMAT,), version=self._version)
            async with aclosing(self._bounded(self._run(reading), _MOST_ENTRIES)) as events:
                async for event in events:
                    if isinstance(event, rsync.Entries) and len(found) < linking.MOST_PAIRS:
                        found += linking.arrived(linking.pairs(event.raw), self._stage.tree)
                    elif isinstance(event, rsync.Ended):
                        totals(event, self._part.folder)
        return found

    def _read(
        self, to: Path, *, dry_run: bool, here: Sequence[str] = (), holding: Sequence[int] = ()
    ) -> AsyncGenerator[rsync.Event]:
        is_there = self._part.folder.exists()
        compared = (f"--compare-dest={self._part.top}",) if is_there else ()
        reading = self._reading(to, dry_run=dry_run, here=(*here, *compared), hard_links=not is_there)
        return self._run(reading, holding)

    def _reading(
        self, to: Path, *, dry_run: bool, here: Sequence[str], by_content: bool = False, hard_links: bool = True
    ) -> Reading:
        is_by_content = by_content or (self._order.overwrite == "always" and self._part.folder.exists())
        return Reading(
            to, dry_run, by_content=is_by_content, hard_links=hard_links, here=tuple(here), version=self._version
        )

    async def _run(self, reading: Reading, holding: Sequence[int] = ()) -> AsyncGenerator[rsync.Event]:
        with contextlib.ExitStack() as open_files:
            if self._part.paths:
                chosen = open_files.enter_context(selection.kept(selection.of(self._part.paths)))
                reading = msgspec.structs.replace(reading, chosen=chosen)
            if not self._order.to:
                spared = selection.own_files(self._part.folder, self._part.place)
                here = (*(f"--exclude={pattern}" for pattern in spared), *reading.here)
                reading = msgspec.structs.replace(reading, here=here)
            command = schemes.of(self._reader).read_command(self._reader, self._access.facts, reading)
            # The modes of a version's files are taken as they are, in a stage that is closed to others.
            umask = -1 if self._version is None else 0
            async with aclosing(rsync.run(command, self._access, holding=holding, umask=umask)) as events:
                async for event in events:
                    yield event

    async def _bounded(self, events: AsyncGenerator[rsync.Event], most: int) -> AsyncGenerator[rsync.Event]:
        count = 0
        async with aclosing(events):
            async for event in events:
                if isinstance(event, rsync.Entries):
                    count += len(event)
                    if count > most:
                        raise Failure(Kind.SERVER_SENDS_MORE, self._reader.server.host)
                yield event


@contextlib.contextmanager
def _empty() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        yield Path(folder)


async def _end_of(events: AsyncIterator[rsync.Event]) -> rsync.Ended:
    ended: rsync.Ended | None = None
    async for event in events:
        if isinstance(event, rsync.Ended):
            ended = event
    assert ended
    return ended


def totals(ended: rsync.Ended, folder: Path) -> rsync.Totals:
    """The totals of an rsync that came to its end; only this computer's disk is written to, so no other can be full."""
    for sign, kind in _ON_THIS_DISK.items():
        if sign in ended.stderr:
            raise Failure(kind, str(folder), ended.stderr, ended.exit_code)
    return report.require_totals(ended)


def unrecognised(ended: rsync.Ended, problems: Sequence[rsync.Problem]) -> list[rsync.Problem]:
    """Rsync's last words, where it says that something failed and no problem tells what: else it would pass for whole.

    Its closing line only sums up, so that is the last choice.
    """
    if not ended.exit_code or problems:
        return []
    lines = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not _SUMMARY.match(line)]
    return [rsync.Problem("", (telling or lines or [f"rsync: {ended.exit_code}"])[-1])]


def only_restored(entries: rsync.Entries, overwrite: Overwrite) -> rsync.Entries:
    """The lines of a practice run that are of files which a restore would write."""
    sign = _NEWER if overwrite == "if-newer" else _WRITTEN
    return rsync.Entries(b"".join(sign.findall(entries.raw)))
