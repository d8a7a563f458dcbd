"""The files of a drill: chosen at random among those that are here as they were when the last good backup began."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from wizard.running.comparing import unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.profile import Profile
    from wizard.running.comparing.unchanged import Found

_CHANCE = random.SystemRandom()  # whoever has spoiled files must not be able to predict the choice

MOST_FILES = 100
MOST_BYTES = 100_000_000
LEAST_FILES = 3
_MOST_BYTES_A_FILE = 1 << 28
_MOST_LOOKED_AT = 200_000
_NEW_SECONDS = 30 * 86_400


class _Reservoir:
    """Keeps some of whatever passes, each with the same chance."""

    def __init__(self) -> None:
        self.kept: list[Found] = []
        self._seen = 0

    def add(self, found: Found) -> None:
        self._seen += 1
        if len(self.kept) < MOST_FILES:
            self.kept.append(found)
        elif (place := _CHANCE.randrange(self._seen)) < MOST_FILES:
            self.kept[place] = found


def choose(profile: Profile, before: float) -> dict[str, int]:
    """Some files that were last changed before that time, by their places inside the backup, with their sizes.

    Half of them are old and half are new, where there are so many of either. What they have together is bounded; but
    where all files are large, there are a few all the same. Some of them may be excluded, on which rsync has the last
    word.
    """
    old, new = _Reservoir(), _Reservoir()
    for found in unchanged.files(profile, before, _MOST_LOOKED_AT):
        if found.size <= _MOST_BYTES_A_FILE:
            (new if found.changed > before - _NEW_SECONDS else old).add(found)
    half = MOST_FILES // 2
    for one in (old, new):
        _CHANCE.shuffle(one.kept)
    both = (old.kept[:half] + new.kept[:half] + old.kept[half:] + new.kept[half:])[:MOST_FILES]
    _CHANCE.shuffle(both)
    return {found.path: found.size for found in _while_there_is_room(both)}


def _while_there_is_room(found: Sequence[Found]) -> Iterator[Found]:
    room, count, too_large = MOST_BYTES, 0, []
    for one in found:
        if one.size > room:
            too_large.append(one)
            continue
        room -= one.size
        count += 1
        yield one
    too_large.sort(key=lambda one: one.size)
    yield from too_large[: max(LEAST_FILES - count, 0)]
