"""How much will be backed up, counted by rsync itself: what it leaves out is left out here."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import uuid
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client import rsync
from wizard.client.access import Access, environment
from wizard.client.folders import links
from wizard.client.process.background import in_background
from wizard.client.rsync import rsync_version
from wizard.failure import ProgramFailed
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh
from wizard.storage import used_places

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wizard.profile import Profile

_FILE_SIZE = re.compile(rb"\n>f[^|\n]*\|(\d+)")
_PAUSE_SECONDS = 0.05
_TELL_WHAT_IS_LEFT_OUT = "--debug=FILTER1"
_AS_AN_ACCOUNT = "--no-devices"  # root alone could make them: a backup's account can't, and is told so
_FACTS = ClientFacts(known_hosts=Path(os.devnull))


class BackupSize(msgspec.Struct, frozen=True):
    """Files and folders together, the bytes of the files, and the paths that rsync can't read.

    `left_out` is, in the end, what each of the profile's patterns has left out. `special` are no files that can be
    backed up (devices).
    """

    entries: int = 0
    bytes: int = 0
    unreadable: tuple[str, ...] = ()
    left_out: dict[str, rsync.Hidden] = {}
    special: int = 0


async def count(profile: Profile) -> AsyncGenerator[BackupSize]:
    """Count what the first backup would send; the last size is the whole.

    It all happens on this computer, and closing the generator ends rsync.

    Raises:
        Failure: rsync is missing or too old, or it failed.
    """
    clock = asyncio.get_running_loop().time
    entries = total = 0
    unreadable: list[str] = []
    special = 0
    told = clock()
    async with aclosing(listing(profile)) as events:
        async for event in events:
            match event:
                case rsync.Entries():
                    entries += len(event)
                    total += sum(map(int, _FILE_SIZE.findall(b"\n" + event.raw)))
                    if clock() - told >= _PAUSE_SECONDS:
                        told = clock()
                        yield BackupSize(entries, total)
                case rsync.Problem():
                    special += event.cause == "special"
                    unreadable += [] if event.cause == "special" else [event.path]
                case rsync.Ended():
                    if event.totals is None:
                        raise ProgramFailed("rsync", event.exit_code, event.stderr)
                    totals, left_out = event.totals, _left_out(profile, event.hidden)
                    yield BackupSize(totals.files, totals.bytes_to_send, tuple(unreadable), left_out, special)


async def listing(profile: Profile) -> AsyncGenerator[rsync.Event]:
    """All that the first backup would send, as rsync lists it on this computer alone.

    Raises:
        Failure: as for `count`.
    """
    await in_background(rsync_version.require)
    # rsync takes a destination that is not there for an empty one, and in a dry run doesn't make it.
    nowhere = Path(tempfile.gettempdir(), f"backup-wizard-{uuid.uuid4()}")
    links.ensure(profile)
    listed = rsync.run(command(profile, nowhere), Access(_FACTS, environment()))
    async with aclosing(links.as_here(profile, listed)) as events:
        async for event in events:
            yield event


async def files(profile: Profile) -> list[str]:
    """The files among it, by their places in the backup.

    Raises:
        Failure: as for `count`.
    """
    found: list[str] = []
    async with aclosing(listing(profile)) as events:
        async for event in events:
            match event:
                case rsync.Entries():
                    found += [entry.path for entry in event if entry.is_file]
                case rsync.Ended(totals=None):
                    raise ProgramFailed("rsync", event.exit_code, event.stderr)
    return found


async def whole(profile: Profile) -> BackupSize:
    """The same, in the end.

    Raises:
        Failure: as for `count`.
    """
    return [size async for size in count(profile)][-1]


def command(profile: Profile, nowhere: Path) -> list[str]:
    """The dry run of a backup, with a folder of this computer in the server's place."""
    transfer = Transfer(dry_run=True, used_places=used_places.of(profile.name, profile.old_home))
    options, sources = over_ssh.rsync_options(profile, _FACTS, transfer), over_ssh.rsync_sources(profile, transfer)
    # A server would be told of the option as well, which no locked key lets through: here there is none.
    return [*options, _TELL_WHAT_IS_LEFT_OUT, _AS_AN_ACCOUNT, "--", *sources, f"{nowhere}/"]


def _left_out(profile: Profile, hidden: dict[str, rsync.Hidden]) -> dict[str, rsync.Hidden]:
    """What each of the profile's patterns has left out, by the paths on this computer."""
    folders = {label: folder.rstrip("/") for folder, label in profile.places.items()}
    as_rsync_takes = profile.excluded
    found = {}
    for pattern, taken in zip(profile.exclude, as_rsync_takes, strict=True):
        one = hidden.get(taken, rsync.Hidden())
        paths = (
            folder + path.removeprefix(label)
            for path in one.paths
            for label, folder in folders.items()
            if path.startswith(f"{label}/")
        )
        found[pattern] = rsync.Hidden(one.count, tuple(paths))
    return found
