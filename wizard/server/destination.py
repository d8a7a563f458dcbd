"""Whose backup the destination holds, told by a small marker that rsync compares for us.

rsync itemizes the marker also where we may not read: nothing where it is there and the same, `+++` where there is
none, and a difference where it is another computer's. rsync compares size and time only, so the marker's time is made
from the computer's identity.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import aclosing
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard import files, places, schemes
from wizard.client import rsync
from wizard.failure import ProgramFailed
from wizard.schemes.base import Transfer
from wizard.schemes.over_ssh import MARKER_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

_FIRST_TIME = 978307200  # 2001: far enough from now that no marker is taken for one that was written by chance
_SPAN_SECONDS = 1 << 28


class Holder(StrEnum):
    """Whose backup is there."""

    NOBODY = "nobody"
    US = "us"
    ANOTHER = "another"


async def holder(profile: Profile, access: Access) -> Holder:
    """Ask the server, by a dry run of the marker alone, whose backup is at the destination.

    Raises:
        ProgramFailed: rsync failed, and says why on its standard error.
    """
    transfer = Transfer(dry_run=True, marker=marker(profile.name), marker_alone=True)
    found: list[rsync.Entry] = []
    command = schemes.of(profile).client_command(profile, access.facts, transfer)
    async with aclosing(rsync.run(command, access)) as events:
        async for event in events:
            if isinstance(event, rsync.Entries):
                found += [entry for entry in event.entries if entry.path == MARKER_NAME]
            elif isinstance(event, rsync.Ended) and event.exit_code:
                raise ProgramFailed("rsync", event.exit_code, event.stderr)
    if not found:
        return Holder.US
    return Holder.NOBODY if found[0].is_new else Holder.ANOTHER


def marker(name: str) -> Path:
    """The marker of this computer's backup of that name; written if it is not there.

    Raises:
        Failure: a folder can't be written to.
    """
    identity = hashlib.sha256(f"{_computer()}\n{name}".encode()).hexdigest()
    path = files.private_folder(places.walk_state(name) / "marker") / MARKER_NAME
    files.replace(path, f"This folder holds a backup made by backup-wizard: {identity}\n".encode(), 0o644)
    time = _FIRST_TIME + int(identity, 16) % _SPAN_SECONDS
    os.utime(path, (time, time))
    return path


def _computer() -> str:
    path = places.config() / "computer-id"
    if not path.exists():
        files.private_folder(places.config())
        files.create(path, f"{uuid.uuid4()}\n".encode())
    return path.read_text().strip()
