"""Files that changed and look as before, so that rsync takes them for unchanged, are sent all the same.

Some programs set a file's time back, as VeraCrypt does to its containers unless told not to: rsync, which goes by size
and time, would never send such a file again. The time of its last change of any kind (ctime) can't be set back.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from contextlib import aclosing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.client import rsync
from wizard.client.folders import backup_size
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.running import transfer
from wizard.running.comparing import patterns, unchanged, verification
from wizard.text.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.comparing.verification import Verification

MOST_SENT = 50
"""More would be a mass change that nobody has agreed to (`safeguard.ahead`): some are compared, and told."""

_MOST_COMPARED = 1000
_MOST_TOUCHED = 200_000  # as after a change of all owners, which is no change of files
_MOST_BYTES_SENT = 40 << 30  # both sides read a file before they say another word: over_ssh.LONG_SILENCE
_ALL_SENT = frozenset({0, 24})  # what went away meanwhile is no part of the backup any more
_CONTAINER_UNIT = 512
_SMALLEST_CONTAINER = 256 << 10
_LIKE_CHANCE = 190  # different bytes in the first 512: of bytes left to chance it is 221, within 20


class Unnoticed:
    """What was touched since the last good run began, has an older time, and was not sent by this run.

    Files are named by their places in the backup. `to_compare` are those that are left to be compared, and `to_tell`
    those that may have changed and could not be sent.
    """

    def __init__(self, known: Iterable[str]) -> None:
        """`known` are those that earlier runs left over."""
        self.to_compare: tuple[str, ...] = ()
        self.to_tell: tuple[str, ...] = ()
        self._known = tuple(known)
        self._touched: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._touched)

    async def look(self, profile: Profile, good_since: float) -> None:
        """See what was touched since then; 0 is none."""
        if good_since:
            self._touched = await in_background(partial(_touched_since, profile, good_since, self._known))

    def note(self, event: rsync.Event) -> None:
        """Take off what a run sends, or keeps from being sent."""
        match event:
            case rsync.Entries() if self._touched:
                for entry in event:
                    if entry.is_sent or entry.is_new or entry.looks_changed:
                        self._touched.pop(entry.path, None)
            case rsync.Problem():
                self._touched.pop(event.path, None)

    async def settle(
        self, profile: Profile, access: Access, holding: Sequence[int], totals: rsync.Totals
    ) -> rsync.Totals:
        """Send what is left once a backup is through; returns the totals of both. No run fails by that.

        `holding` is as for `rsync.run`.
        """
        try:
            left = await self._left(profile) if self._touched else {}
        except Failure:  # as while a folder goes away, which the next run tells
            return totals
        if schemes.of(profile).records_command:
            self.to_tell = tuple(path for path, size in left.items() if self._may_be_container(profile, path, size))
            return totals
        known = [path for path in self._known if path in left]
        few = [] if profile.scheme.append_only else list(left) if len(left) <= MOST_SENT else known[:MOST_SENT]
        self.to_compare = tuple(_some({path: size for path, size in left.items() if path not in few}))
        to_send = [path for path in few if left[path] <= _MOST_BYTES_SENT]
        if not to_send:
            self.to_tell = tuple(few)
            return totals
        with contextlib.suppress(Failure):  # as where the server computes no checksums
            second = await _sent(profile, access, to_send, holding)
            if second.totals and second.exit_code in _ALL_SENT:
                self.to_tell = tuple(path for path in few if path not in to_send)
                changed, size = second.totals.changed, second.totals.bytes_to_send
                return replace(totals, changed=totals.changed + changed, bytes_to_send=totals.bytes_to_send + size)
        self.to_tell = tuple(few)
        return totals

    def left_over(self, found: Verification | None) -> tuple[str, ...]:
        """Those that the next run has to send or tell, by what was found afterwards."""
        differing = [path for path in found.differing if path in self.to_compare] if found else []
        return (*self.to_tell, *(differing if len(differing) <= MOST_SENT else ()))

    async def _left(self, profile: Profile) -> dict[str, int]:
        backed_up = set(await backup_size.files(profile))
        return {path: size for path, size in self._touched.items() if path in backed_up}

    def _may_be_container(self, profile: Profile, path: str, size: int) -> bool:
        if path in self._known:
            return True
        return size >= _SMALLEST_CONTAINER and not size % _CONTAINER_UNIT and _is_left_to_chance(profile, path)


def in_words(paths: Sequence[str]) -> str:
    """That those may have changed, and what to do about it; nothing where there are none."""
    if not paths:
        return ""
    return ngettext(
        "{names} may have changed here and looks as before, so it was not sent. Change something in it and save it"
        " with a new date. In VeraCrypt, first turn off “Preserve modification timestamp of file containers”.",
        "{names} may have changed here and look as before, so they were not sent. Change something in each and save it"
        " with a new date. In VeraCrypt, first turn off “Preserve modification timestamp of file containers”.",
        len(paths),
    ).format(names=verification.named(paths, len(paths)))


def _touched_since(profile: Profile, moment: float, known: Iterable[str]) -> dict[str, int]:
    touched = (
        (path, status.st_size)
        for path, status in unchanged.walked(profile, sys.maxsize)
        if status.st_mtime < moment <= status.st_ctime
    )
    found = dict(islice(touched, _MOST_TOUCHED))
    for path in known:
        with contextlib.suppress(OSError, ValueError):
            found[path] = os.lstat(unchanged.place(profile, path)).st_size
    return found


async def _sent(profile: Profile, access: Access, paths: Iterable[str], holding: Sequence[int]) -> rsync.Ended:
    with patterns.kept(paths) as sample:
        async with aclosing(transfer.send_by_content(profile, access, sample, holding)) as events:
            async for event in events:
                if isinstance(event, rsync.Ended):
                    return event
    raise AssertionError("rsync ends with an event")


def _some(files: Mapping[str, int]) -> Iterator[str]:
    """As many of them as can be compared in a short while, left to chance."""
    room = unchanged.MOST_BYTES
    small = [path for path, size in files.items() if size <= unchanged.MOST_BYTES_A_FILE]
    for path in random.sample(small, min(len(small), _MOST_COMPARED)):
        if files[path] <= room:
            room -= files[path]
            yield path


def _is_left_to_chance(profile: Profile, path: str) -> bool:
    """Whether a file begins with bytes like those of an encrypted one."""
    try:
        with Path(unchanged.place(profile, path)).open("rb") as file:
            return len(set(file.read(_CONTAINER_UNIT))) >= _LIKE_CHANCE
    except OSError:
        return False
