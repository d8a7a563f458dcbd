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

import msgspec
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

_CHANCE = random.SystemRandom()  # a thief must not be able to predict which files are compared

MOST_SENT = 50
"""More would be a mass change that nobody has agreed to (`safeguard.ahead`): some are compared, and told."""

_MOST_COMPARED = 1000
_MOST_TOUCHED = 200_000  # as after a change of all owners, which is no change of files
_MOST_BYTES_SENT = 40 << 30  # both sides read all of a folder before they say another word: over_ssh.LONG_SILENCE
_CONTAINER_UNIT = 512
_SMALLEST_CONTAINER = 256 << 10
_LIKE_CHANCE = 190  # different bytes in the first 512: of bytes left to chance it is 221, within 20


class _Sent(msgspec.Struct, frozen=True):
    """What was sent after a run: its totals, none if it failed, and the paths that rsync complained of."""

    totals: rsync.Totals | None = None
    complained_of: frozenset[str] = frozenset()

    def has(self, profile: Profile, path: str) -> bool:
        return self.totals is not None and not {path, unchanged.place(profile, path)} & self.complained_of


class Unnoticed:
    """What was touched since the last good run began, and not sent by this run.

    Files are named by their places in the backup. `to_compare` are those that are left to be compared, and `to_tell`
    those that may have changed and could not be sent.
    """

    def __init__(self, known: Iterable[str]) -> None:
        """`known` are those that earlier runs left over."""
        self.to_compare: tuple[str, ...] = ()
        self.to_tell: tuple[str, ...] = ()
        self._known = tuple(known)
        self._touched: dict[str, int] = {}
        self._complained_of: set[str] = set()
        self._waiting: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._touched)

    async def look(self, profile: Profile, since: float) -> None:
        """See what was touched since then; 0 is none."""
        if since:
            self._touched = await in_background(partial(_touched_since, profile, since, self._known))

    def note(self, event: rsync.Event) -> None:
        """Take off what a run sends; what it complains of is told by that."""
        match event:
            case rsync.Entries() if self._touched:
                for entry in event:
                    if entry.is_sent or entry.is_new or entry.looks_changed:
                        self._touched.pop(entry.path, None)
            case rsync.Problem():
                self._complained_of.add(event.path)

    async def settle(
        self, profile: Profile, access: Access, holding: Sequence[int], totals: rsync.Totals
    ) -> rsync.Totals:
        """Send what is left once a backup is through; returns the totals of both. No run fails by that.

        `holding` is as for `rsync.run`.
        """
        if not self._touched:
            return totals
        try:
            backed_up = set(await backup_size.files(profile))
        except Failure:  # as while a folder goes away: it is for the next run
            self._waiting = (*self._known, *islice(self._touched, MOST_SENT))
            return totals
        left, likely = await in_background(partial(self._left, profile, backed_up))
        missed = tuple(path for path in self._known if path in self._touched and path in backed_up and path not in left)
        if schemes.of(profile).records_command:
            self.to_tell = (*likely, *missed)
            return totals
        few = () if profile.scheme.append_only else tuple(left) if len(left) <= MOST_SENT else likely[:MOST_SENT]
        self._waiting = (*(path for path in likely if path not in few), *missed)
        self.to_compare = tuple(_some({path: size for path, size in left.items() if path not in few}))
        # Where neither side can read one, rsync takes both for equal.
        readable = [path for path in few if os.access(unchanged.place(profile, path), os.R_OK)]
        to_send = tuple(_read_in_time({path: left[path] for path in readable}))
        sent = await _send(profile, access, to_send, holding) if to_send else _Sent()
        unsent = (path for path in few if path not in to_send or not sent.has(profile, path))
        self.to_tell = (*unsent, *(path for path in self._waiting if path not in self.to_compare))
        if not sent.totals:
            return totals
        changed, size = sent.totals.changed, sent.totals.bytes_to_send
        return replace(totals, changed=totals.changed + changed, bytes_to_send=totals.bytes_to_send + size)

    def left_over(self, found: Verification | None) -> tuple[str, ...]:
        """Those that the next run has to send or tell, by what was found afterwards."""
        compared = self.to_compare if found and found.how == "sample" else ()
        differing = [path for path in compared if found and path in found.differing]
        waiting = [path for path in self._waiting if path not in compared]
        few = differing if len(differing) <= MOST_SENT else ()
        return tuple(dict.fromkeys([*self.to_tell, *few, *waiting]))[:_MOST_COMPARED]

    def _left(self, profile: Profile, backed_up: set[str]) -> tuple[dict[str, int], tuple[str, ...]]:
        """Those that are left, with their sizes, and which of them may well have changed: known, or like containers."""
        left: dict[str, int] = {}
        likely = [path for path in self._known if path in self._touched and path in backed_up]
        known = set(likely)
        for path, size in self._touched.items():
            place = unchanged.place(profile, path)
            if path in backed_up and not {path, place} & self._complained_of:
                left[path] = size
                if path not in known and _is_like_container(place, size):
                    likely.append(path)
        return left, tuple(path for path in likely if path in left)


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
    """With their sizes; of those that look new, and those that don't, so many each."""
    found: dict[str, int] = {}
    count = {True: 0, False: 0}
    for path, status in unchanged.walked(profile, sys.maxsize):
        if status.st_ctime >= moment:
            looks_new = status.st_mtime >= moment
            count[looks_new] += 1
            if count[looks_new] <= _MOST_TOUCHED:
                found[path] = status.st_size
    for path in known:
        with contextlib.suppress(OSError, ValueError):
            found[path] = os.lstat(unchanged.place(profile, path)).st_size
    return found


async def _send(profile: Profile, access: Access, paths: Iterable[str], holding: Sequence[int]) -> _Sent:
    complained_of: set[str] = set()
    with contextlib.suppress(Failure, OSError), patterns.kept(paths) as sample:
        async with aclosing(transfer.send_by_content(profile, access, sample, holding)) as events:
            async for event in events:
                match event:
                    case rsync.Problem():
                        complained_of.add(event.path)
                    case rsync.Ended(totals=totals, exit_code=code) if code in {0, *transfer.SOME_FILES_FAILED}:
                        return _Sent(totals, frozenset(complained_of))
    return _Sent()  # as where the server computes no checksums


def _read_in_time(files: Mapping[str, int]) -> Iterator[str]:
    """Those that can be read together before either side gives the other up, the small ones first."""
    room = _MOST_BYTES_SENT
    for path in sorted(files, key=lambda path: files[path]):
        room -= files[path]
        if room >= 0:
            yield path


def _some(files: Mapping[str, int]) -> Iterator[str]:
    """As many of them as can be compared in a short while, left to chance."""
    room = unchanged.MOST_BYTES
    small = [path for path, size in files.items() if size <= unchanged.MOST_BYTES_A_FILE]
    for path in _CHANCE.sample(small, min(len(small), _MOST_COMPARED)):
        if files[path] <= room:
            room -= files[path]
            yield path


def _is_like_container(place: str, size: int) -> bool:
    """Whether a file has such a size, and begins with bytes like those of an encrypted one."""
    if size < _SMALLEST_CONTAINER or size % _CONTAINER_UNIT:
        return False
    try:
        with Path(place).open("rb") as file:
            return len(set(file.read(_CONTAINER_UNIT))) >= _LIKE_CHANCE
    except OSError:
        return False
