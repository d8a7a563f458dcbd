"""Some of the files that a run has not sent, chosen at random, to be compared by content all the same.

Somebody with the key could change a file on the server and keep its size and time. A run would never notice.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
from fnmatch import translate
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wizard.profile import Profile

_CHANCE = random.SystemRandom()  # a thief must not be able to predict the choice

MOST_FILES = 50
MOST_BYTES_A_FILE = 64 << 20
MOST_BYTES = 256 << 20
_MOST_LOOKED_AT = 20_000
_SPECIAL = re.compile(r"[*?[\\]")


class Found(msgspec.Struct, frozen=True):
    """A file here, by its place inside the backup; `changed` is when it last was, in seconds."""

    path: str
    size: int
    changed: float


def pick(profile: Profile, before: float) -> list[str]:
    """The places inside the backup of some files that were last changed before that time; the work is bounded.

    Some of them may be excluded, on which rsync has the last word.
    """
    chosen: list[Found] = []
    fit = (found for found in files(profile, before, _MOST_LOOKED_AT) if found.size <= MOST_BYTES_A_FILE)
    for seen, found in enumerate(fit):
        if seen < MOST_FILES:
            chosen.append(found)
        elif (place := _CHANCE.randrange(seen + 1)) < MOST_FILES:
            chosen[place] = found
    _CHANCE.shuffle(chosen)
    return list(_while_there_is_room(chosen))


def files(profile: Profile, before: float, most: int) -> Iterator[Found]:
    """Files that were last changed before that time, of at most so many files and folders that are looked at."""
    for path, status in walked(profile, most):
        if (changed := _changed(status)) < before:
            yield Found(path, status.st_size, changed)


def walked(profile: Profile, most: int) -> Iterator[tuple[str, os.stat_result]]:
    """The files by their places inside the backup, folder by folder in an order that is left to chance.

    At most so many files and folders are looked at. Some of the files may be excluded. A disk inside, which may be
    large or far away, is passed over where it is not backed up.
    """
    folders = list(profile.places.items())
    excluded, left_out = _by_name(profile.exclude), _by_path(profile.excluded)
    looked_at = 0
    while folders:
        folder, place = folders.pop(_CHANCE.randrange(len(folders)))
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            device = Path(folder).stat().st_dev
            for entry in entries:
                looked_at += 1
                if looked_at > most:
                    return
                if excluded.fullmatch(entry.name):
                    continue
                path = f"{place}/{entry.name}"
                with contextlib.suppress(OSError):  # it may be gone already, and the others are not
                    if entry.is_file(follow_symlinks=False):
                        yield path, entry.stat(follow_symlinks=False)
                    elif (
                        entry.is_dir(follow_symlinks=False)
                        and path not in left_out
                        and (not profile.one_file_system or entry.stat(follow_symlinks=False).st_dev == device)
                    ):
                        folders.append((entry.path, path))


def is_older(profile: Profile, path: str, moment: float) -> bool:
    """Whether a file of the backup is here, and was last changed before that time."""
    with contextlib.suppress(OSError, ValueError):
        return _changed(os.lstat(place(profile, path))) < moment
    return False


def count_older(profile: Profile, paths: Iterable[str], moment: float) -> int:
    """How many of these files of the backup are here, and were last changed before that time."""
    folders = {label: folder for folder, label in profile.places.items()}
    count = 0
    for path in paths:
        label, _slash, rest = path.partition("/")
        with contextlib.suppress(OSError, ValueError):
            count += _changed(os.lstat(f"{folders.get(label, '')}/{rest}")) < moment
    return count


def place(profile: Profile, path: str) -> str:
    """Where a file of the backup is on this computer; empty if it is of none of its folders."""
    for folder, label in profile.places.items():
        if path.startswith(f"{label}/"):
            return folder.rstrip("/") + path.removeprefix(label)
    return ""


def _changed(status: os.stat_result) -> float:
    return max(status.st_mtime, status.st_ctime)


def _while_there_is_room(chosen: Iterable[Found]) -> Iterator[str]:
    room = MOST_BYTES
    for found in chosen:
        if found.size <= room:
            room -= found.size
            yield found.path


def _by_path(patterns: Iterable[str]) -> set[str]:
    """What excludes by a whole place in the backup, as rsync takes it: it may be a disk far away."""
    return {pattern.strip("/") for pattern in patterns if pattern.startswith("/") and not _SPECIAL.search(pattern)}


def _by_name(patterns: Iterable[str]) -> re.Pattern[str]:
    """What excludes by a name alone, so that no big cache is looked through in vain."""
    names = [pattern.rstrip("/") for pattern in patterns if "/" not in pattern.rstrip("/")]
    return re.compile("|".join(map(translate, names)) or "(?!)")
