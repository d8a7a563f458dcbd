"""Whose backup the destination holds, told by two small markers that rsync looks for on our behalf.

Every backup holds a marker of the same name, and one that is named by the computer it is of. rsync itemizes a marker
also where we may not read, as `+++` where it is not there; that much is told even where nothing may be changed, so
that differences are passed over.
"""

from __future__ import annotations

import asyncio
import hashlib
import stat
import uuid
from contextlib import aclosing
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.client import rsync
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.schemes.base import Transfer
from wizard.schemes.parts import layout
from wizard.schemes.parts.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

_WORDS = b"This folder holds a backup made by backup-wizard.\n"
_NAMES_BEGIN = ".backup-"
_TIMES_THE_TIMEOUT = 8  # a daemon may take its time over a folder full of files
_TIME = 978307200  # 2001: all markers of one name are the same, and no other file is taken for one by chance


class Holder(StrEnum):
    """Whose backup is there."""

    NOBODY = "nobody"
    US = "us"
    ANOTHER = "another"


async def holder(profile: Profile, access: Access) -> Holder:
    """Ask the server, by a dry run of the markers alone, whose backup is at the destination.

    Raises:
        ProgramFailed: rsync failed, and says why on its standard error.
        Failure: `TIMED_OUT` if the server goes on for longer than so small a question can take.
    """
    both = markers(profile.name)
    told = MarkersSeen(both)
    transfer = Transfer(dry_run=True, markers=both, markers_alone=True)
    command = schemes.of(profile).client_command(profile, access.facts, transfer)
    try:
        async with (
            asyncio.timeout(_TIMES_THE_TIMEOUT * access.facts.timeout),
            aclosing(rsync.run(command, access)) as events,
        ):
            async for event in events:
                if isinstance(event, rsync.Entries):
                    told.take_from(event)
                elif isinstance(event, rsync.Ended) and event.exit_code:
                    raise ProgramFailed("rsync", event.exit_code, event.stderr)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, profile.server.host) from None
    return told.holder


async def put(profile: Profile, access: Access, markers: tuple[Path, ...], holding: Sequence[int] = ()) -> None:
    """Send small files to the top of the backup's folder, and nothing else; `holding` is as for `rsync.run`.

    Raises:
        ProgramFailed: rsync failed, and says why on its standard error.
        Failure: `TIMED_OUT` if the server takes longer than so small a file can take.
    """
    transfer = Transfer(dry_run=False, markers=markers, markers_alone=True)
    command = schemes.of(profile).client_command(profile, access.facts, transfer)
    try:
        async with (
            asyncio.timeout(_TIMES_THE_TIMEOUT * access.facts.timeout),
            aclosing(rsync.run(command, access, holding=holding)) as events,
        ):
            async for event in events:
                if isinstance(event, rsync.Ended) and event.exit_code:
                    raise ProgramFailed("rsync", event.exit_code, event.stderr)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, profile.server.host) from None


class MarkersSeen:
    """Takes the markers out of what a run lists and counts, and tells by them whose backup is there."""

    def __init__(self, markers: tuple[Path, Path]) -> None:
        self._markers = {marker.name: marker for marker in markers}
        self._common = markers[1].name
        self._found: dict[str, rsync.Entry] = {}

    @property
    def holder(self) -> Holder:
        """Whose backup it is, once all is told."""
        if self._common in self._found and self._found[self._common].is_new:
            return Holder.NOBODY
        # A server that gives files another mode than they had here changes nothing in whose they are.
        return Holder.ANOTHER if any(entry.is_sent for entry in self._found.values()) else Holder.US

    def take_from(self, entries: rsync.Entries) -> rsync.Entries:
        """The entries without the markers, which are remembered."""
        if len(self._found) == len(self._markers) or not entries.holds_name(_NAMES_BEGIN):
            return entries
        others, found = entries.without(self._markers)
        self._found |= {entry.path: entry for entry in found}
        return others

    def without_markers(self, totals: rsync.Totals) -> rsync.Totals:
        """The totals without the markers."""
        new = sum(entry.is_new for entry in self._found.values())
        return replace(
            totals,
            files=totals.files - len(self._markers),
            new=totals.new - new,
            changed=totals.changed - sum(entry.is_sent for entry in self._found.values()) + new,
            bytes_to_send=totals.bytes_to_send - sum(one.size for one in self._found.values() if one.is_sent),
            bytes_total=totals.bytes_total - len(self._markers) * len(_WORDS),
            there=max(totals.there - (len(self._markers) - new), 0),
        )


def markers(name: str) -> tuple[Path, Path]:
    """This computer's own marker for the backup of that name, and the one of all; written if they are not there.

    They are sent in that order: cut off between the two, a first backup is not taken for another's.

    Raises:
        Failure: a folder can't be written to.
    """
    folder = files.private_folder(paths.walk_state(name) / "marker")
    identity = hashlib.sha256(f"{_computer()}\n{name}".encode()).hexdigest()[:16]
    own, common = folder / f"{OWN_MARKER_PREFIX}{identity}", folder / MARKER_NAME
    for path in (own, common):
        if not _is_marker(path):
            files.replace(path, _WORDS, 0o644, _TIME)
    return own, common


def place_marker(profile: Profile) -> Path:
    """A file of the name that marks the backup's place on the server, to be looked for there.

    Raises:
        Failure: a folder can't be written to.
    """
    path = files.private_folder(paths.walk_state(profile.name) / "marker") / layout.place_marker(profile)
    if not path.exists():
        files.create(path, b"")
    return path


def _is_marker(path: Path) -> bool:
    try:
        status = path.stat()
        return (status.st_mtime, stat.S_IMODE(status.st_mode)) == (_TIME, 0o644) and files.read(path) == _WORDS
    except OSError:
        return False


def _computer() -> str:
    path = paths.config() / "computer-id"
    if not path.exists():
        files.private_folder(paths.config())
        files.create(path, f"{uuid.uuid4()}\n".encode())
    try:
        return files.read(path).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(Kind.FOLDER_UNREADABLE, str(path), str(error)) from None
