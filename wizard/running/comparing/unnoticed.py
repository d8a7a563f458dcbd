"""Files that changed and look as before, so that rsync takes them for unchanged, are sent all the same.

Some programs set a file's time back, as VeraCrypt does to its containers unless told not to: rsync, which goes by size
and time, would never send such a file again. The time of its last change of any kind (ctime) can't be set back.
"""

from __future__ import annotations

import random
import sys
from contextlib import aclosing
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.client import rsync
from wizard.client.folders import backup_size
from wizard.client.process.background import in_background
from wizard.running import transfer
from wizard.running.comparing import patterns, unchanged, verification
from wizard.text.language import ngettext

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile

MOST_SENT = 50
"""More would be a mass change that nobody has agreed to (`safeguard.ahead`): they are compared, and told."""

_MOST_COMPARED = 1000
_MOST_TOUCHED = 200_000  # as after a change of all owners, which is no change of files
_BADNESS = {0: 0, 24: 1, 23: 2}  # files vanished, and could not be sent
_CONTAINER_UNIT = 512
_SMALLEST_CONTAINER = 256 << 10


class Unnoticed:
    """What was touched since the last good run began, has an older time, and is on no list of rsync's.

    Files are named by their places in the backup. `to_compare` are those that are left to be compared, and `to_tell`
    those that the server takes no look at.
    """

    def __init__(self) -> None:
        self.to_compare: list[str] = []
        self.to_tell: tuple[str, ...] = ()
        self._touched: dict[str, int] = {}

    async def look(self, profile: Profile, good_since: float) -> None:
        """See what was touched since then; 0 is none."""
        if good_since:
            self._touched = await in_background(partial(_touched_since, profile, good_since))

    async def sent_after(
        self, events: AsyncGenerator[rsync.Event], profile: Profile, access: Access, holding: Sequence[int]
    ) -> AsyncGenerator[rsync.Event]:
        """The events of a backup, and of what is sent after it; the last one is of both. `holding` as for `rsync.run`.

        Raises:
            Failure: as for `transfer.backup`.
        """
        ended: rsync.Ended | None = None
        async with aclosing(events):
            async for event in events:
                match event:
                    case rsync.Entries() if self._touched:
                        self._take_off(one.path for one in event)
                    case rsync.Problem():
                        self._take_off([event.path])
                if isinstance(event, rsync.Ended):
                    ended = event
                else:
                    yield event
        assert ended
        if ended.totals and self._touched and (to_send := await self._to_send(profile)):
            with patterns.kept(to_send) as sample:
                async with aclosing(transfer.send_by_content(profile, access, sample, holding)) as events:
                    async for event in events:
                        if isinstance(event, rsync.Ended):
                            ended = _both(ended, event)
                        elif not isinstance(event, rsync.Progress):
                            yield event
        yield ended

    def _take_off(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._touched.pop(path, None)

    async def _to_send(self, profile: Profile) -> Iterable[str]:
        backed_up = set(await backup_size.files(profile))
        left = {path: size for path, size in self._touched.items() if path in backed_up}
        if schemes.of(profile).records_command:
            self.to_tell = tuple(path for path, size in left.items() if _may_be_container(size))
        elif profile.scheme.append_only or len(left) > MOST_SENT:
            self.to_compare = random.sample(list(left), min(len(left), _MOST_COMPARED))
        else:
            return left
        return ()


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


def _touched_since(profile: Profile, moment: float) -> dict[str, int]:
    touched = (
        (path, status.st_size)
        for path, status in unchanged.walked(profile, sys.maxsize)
        if status.st_mtime < moment <= status.st_ctime
    )
    return dict(islice(touched, _MOST_TOUCHED))


def _may_be_container(size: int) -> bool:
    return size >= _SMALLEST_CONTAINER and not size % _CONTAINER_UNIT


def _both(first: rsync.Ended, second: rsync.Ended) -> rsync.Ended:
    """The end of a backup with that of what was sent after it; one that failed early has no totals."""
    totals = first.totals
    if totals and second.totals:
        changed, to_send = second.totals.changed, second.totals.bytes_to_send
        totals = replace(totals, changed=totals.changed + changed, bytes_to_send=totals.bytes_to_send + to_send)
    worse = max(first, second, key=lambda ended: _BADNESS.get(ended.exit_code, len(_BADNESS)))
    return replace(worse, totals=totals if second.totals else None, untold=first.untold + second.untold)
