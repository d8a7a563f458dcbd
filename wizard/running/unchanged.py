"""Some of the files that a run has not sent, chosen at random, to be compared by content all the same.

Somebody with the key could change a file on the server and keep its size and time. A run would never notice.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wizard.profile import Profile

_CHANCE = random.SystemRandom()  # a thief must not be able to predict the choice

MOST_FILES = 50
MOST_BYTES_A_FILE = 64 << 20
MOST_BYTES = 256 << 20
_MOST_LOOKED_AT = 20_000


def pick(profile: Profile, before: float) -> list[str]:
    """The places inside the backup of some files that were last changed before that time; the work is bounded.

    Some of them may be excluded, on which rsync has the last word.
    """
    chosen: list[tuple[str, int]] = []
    for seen, found in enumerate(_files(profile, before)):
        if seen < MOST_FILES:
            chosen.append(found)
        elif (place := _CHANCE.randrange(seen + 1)) < MOST_FILES:
            chosen[place] = found
    _CHANCE.shuffle(chosen)
    return list(_while_there_is_room(chosen))


def _files(profile: Profile, before: float) -> Iterator[tuple[str, int]]:
    """Files with their sizes, folder by folder in an order that is left to chance, until enough was looked at."""
    folders = list(profile.places.items())
    excluded = _by_name(profile.exclude)
    looked_at = 0
    while folders:
        folder, place = folders.pop(_CHANCE.randrange(len(folders)))
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                looked_at += 1
                if looked_at > _MOST_LOOKED_AT:
                    return
                if excluded.fullmatch(entry.name):
                    continue
                path = f"{place}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, path))
                elif entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_size <= MOST_BYTES_A_FILE and max(status.st_mtime, status.st_ctime) < before:
                        yield path, status.st_size


def _while_there_is_room(chosen: Iterable[tuple[str, int]]) -> Iterator[str]:
    room = MOST_BYTES
    for path, size in chosen:
        if size <= room:
            room -= size
            yield path


def _by_name(patterns: Iterable[str]) -> re.Pattern[str]:
    """What excludes by a name alone, so that no big cache is looked through in vain."""
    names = [pattern.rstrip("/") for pattern in patterns if "/" not in pattern.rstrip("/")]
    return re.compile("|".join(map(translate, names)) or "(?!)")
