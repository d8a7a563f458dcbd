"""How much the patterns leave out: the files that they hide from rsync, and all that is in the folders they hide.

rsync doesn't look into what it leaves out, so we do: for some seconds and so many files at most.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from wizard.client.folders import backup_size, exclude_presets
from wizard.client.folders.folder_sizes import Walk
from wizard.client.process.background import in_background
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from wizard.client.rsync import Hidden
    from wizard.profile import Profile

_PAUSE_SECONDS = 0.1
_MOST_SECONDS = 10.0
_MOST_FILES = 1_000_000


class LeftOut(msgspec.Struct, frozen=True):
    """The files that are left out, and their bytes; there are more of them where it is not `is_whole`."""

    files: int = 0
    bytes: int = 0
    is_whole: bool = True


async def of(profile: Profile) -> AsyncGenerator[dict[str, LeftOut]]:
    """What a backup's patterns leave out, which rsync first has to find on this computer.

    Raises:
        Failure: as for `backup_size.count`.
    """
    size = await backup_size.whole(profile)
    async with aclosing(measure(size.left_out)) as looks:
        async for found in looks:
            yield found


async def measure(hidden: Mapping[str, Hidden]) -> AsyncGenerator[dict[str, LeftOut]]:
    """Look at what each pattern has hidden; the last answer is all that could be counted in time.

    Closing the generator ends it. A dead network disk keeps nobody waiting.
    """
    look, end = _Look(hidden), time.monotonic() + _MOST_SECONDS
    looking = asyncio.ensure_future(in_background(look.at_all))
    try:
        while not (await asyncio.wait({looking}, timeout=_PAUSE_SECONDS))[0] and time.monotonic() < end:
            yield look.found
        yield look.found
    finally:
        look.stop()
        looking.cancel()


def in_words(exclude: tuple[str, ...], found: Mapping[str, LeftOut]) -> tuple[str, ...]:
    """The presets that are there in full, and then what belongs to none, each with how much it leaves out."""
    presets, own = exclude_presets.split_presets(exclude)
    groups = [(one.title.lower(), one.patterns) for one in exclude_presets.PRESETS if one.id in presets]
    groups += [(pattern, (pattern,)) for pattern in own]
    return tuple(
        _told(title, [found.get(one, LeftOut(is_whole=False)) for one in patterns]) for title, patterns in groups
    )


def _told(title: str, found: Iterable[LeftOut]) -> str:
    parts = list(found)
    files, size = sum(one.files for one in parts), sum(one.bytes for one in parts)
    is_whole = all(one.is_whole for one in parts)
    if files:
        words = _("{title} ({files}, {size})") if is_whole else _("{title} (at least {files}, {size})")
        return words.format(title=title, files=display.files(files), size=display.size(size))
    return _("{title} (nothing)").format(title=title) if is_whole else title


class _Look:
    """Goes through everything in a thread of its own; `found` may be read from another meanwhile."""

    def __init__(self, hidden: Mapping[str, Hidden]) -> None:
        self._hidden = hidden
        self._walks: dict[str, Walk] = {}
        self._whole: set[str] = set()
        self._is_stopped = False

    def at_all(self) -> None:
        """Look at each pattern's paths in turn."""
        left = _MOST_FILES
        for pattern, hidden in self._hidden.items():
            if left <= 0:
                return
            walk = self._walks[pattern] = Walk(most_files=left)
            for path in hidden.paths:
                if self._is_stopped or walk.stopped:
                    return
                walk.add(path)
            left -= walk.size.files
            if not (walk.stopped or walk.size.unreadable or hidden.count > len(hidden.paths)):
                self._whole.add(pattern)

    def stop(self) -> None:
        """Look at nothing more."""
        self._is_stopped = True
        for walk in list(self._walks.values()):
            walk.stopped = True

    @property
    def found(self) -> dict[str, LeftOut]:
        """What is known by now."""
        return {pattern: self._of(pattern) for pattern in self._hidden}

    def _of(self, pattern: str) -> LeftOut:
        if pattern not in self._walks:
            return LeftOut(is_whole=False)
        size = self._walks[pattern].size
        return LeftOut(size.files, size.bytes, is_whole=pattern in self._whole)
