"""The modes of the folders in a backup, which a server that closes all folders to others can't keep.

A text of lines such as `755 Documents`: octal, and the folder's path in the backup as rsync prints it. A folder that is
not in it has the mode of the folder around it.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import backup_layout
from wizard.client import rsync
from wizard.client.folders import links
from wizard.client.rsync import listed
from wizard.schemes.parts.over_ssh import LISTING_FORMAT
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.client.access import Access
    from wizard.profile import Profile

_FORMAT = f"--out-format={LISTING_FORMAT}//%B"
_LISTED = re.compile(rb"^cd\+{9}\|\d{1,20}\|([^\n]+?)///([-rwxsStT]{9})\n", re.MULTILINE)
_LINE = re.compile(rb"^([0-7]{3}) ([^\n]+)\n", re.MULTILINE)
_MOST = 50_000
_AT_LEAST = 0o500  # without these, nobody could have backed it up


async def of(profile: Profile, access: Access) -> bytes:
    """The text for all folders that are backed up, as they are now; rsync lists them, by the same rules.

    Raises:
        Failure: `NO_RSYNC` if it can't be started, or our own folder can't be written to.
    """
    told: dict[str, int] = {}
    links.ensure(profile)
    sources = backup_layout.sources(profile.places, str(paths.links(profile.name)))
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as empty:
        command = [
            *(access.facts.rsync, "-nrR", "--8-bit-output", _FORMAT),
            *(["--one-file-system"] if profile.one_file_system else []),
            *(f"--exclude={pattern}" for pattern in profile.excluded),
            *("--include=*/", "--exclude=*", "--", *sources, f"{empty}/"),
        ]
        async with aclosing(rsync.run(command, access)) as events:
            async for event in events:
                if isinstance(event, rsync.Entries):
                    for path, letters in _LISTED.findall(event.raw):
                        _note(told, os.fsdecode(path), _mode(letters))
    return b"".join(b"%03o %s\n" % (mode, os.fsencode(path)) for path, mode in told.items())


def restore(text: bytes, tree: Path) -> None:
    """Give the folders in a tree the modes that the text tells; no link is followed, and no other folder changed.

    Raises:
        OSError: a folder can't be changed.
    """
    told = {listed.path(path): int(mode, 8) for mode, path in _LINE.findall(text)}
    if not told:
        return
    for folder, names, _files, opened in os.fwalk(tree, topdown=False):
        above = os.path.relpath(folder, tree)
        for name in names:
            mode = _known(told, os.path.normpath(f"{above}/{name}"))  # a link is none of the folders that are walked
            if mode is not None and not Path(folder, name).is_symlink():
                os.chmod(name, mode | _AT_LEAST, dir_fd=opened)


def _note(told: dict[str, int], path: str, mode: int) -> None:
    if len(told) < _MOST and _known(told, path.rpartition("/")[0]) != mode:
        told[path] = mode


def _known(told: Mapping[str, int], path: str) -> int | None:
    """The mode of a folder, or of the nearest around it of which one is told."""
    while path:
        if path in told:
            return told[path]
        path = path.rpartition("/")[0]
    return None


def _mode(letters: bytes) -> int:
    """Of `rwxr-x---`, what is for reading, writing and entering."""
    return sum(0o400 >> place for place, letter in enumerate(letters) if letter not in b"-ST")
