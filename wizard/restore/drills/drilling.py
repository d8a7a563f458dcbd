"""A drill: some files, chosen at random, are taken back from the server and compared with what is here.

Nothing is changed on the server, and what came back is removed. Where the key may not read, the server compares: it is
asked what a backup of these files would send, by their checksums, which is a dry run. A file that was changed here
since the last good backup is no difference.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wizard import schemes, trouble
from wizard.client import rsync
from wizard.client.process.background import in_background
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure, Kind
from wizard.restore import order, selection, target
from wizard.restore.drills import drill, sample
from wizard.restore.drills.drill import Drill
from wizard.restore.fetching import Source
from wizard.restore.order import Order
from wizard.restore.stage import Stage
from wizard.running import record, report, transfer
from wizard.running.backing_up import PAUSES
from wizard.running.comparing import unchanged
from wizard.server.reaching import which_line
from wizard.text.display import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.trouble import Trouble

Event = rsync.Event | Drill

_SLACK_BYTES = 1 << 20
_CHUNK = 1 << 18


async def run(
    profile: Profile, access: Access, *, holding: Sequence[int] = (), pauses: Sequence[float] = PAUSES
) -> AsyncGenerator[Event]:
    """Make a drill; the last event is what it came to. `holding` and `pauses` are as for `backing_up.run`.

    Raises:
        Failure: the server can't be asked, sends more than these files are, or there is no room for them here.
    """
    before = record.unchanged_since(profile)
    if not before or not transfer.can_preview(profile):
        yield Drill(when=drill.now(), why="one-command" if before else "no-backup")
        return
    chosen = await in_background(partial(sample.choose, profile, before))
    if not chosen:
        yield Drill(when=drill.now(), why="no-files")
        return
    found = _Found(profile, chosen, before)
    async with shared(profile, access) as connected:
        profile = await which_line.met(profile, connected)
        if schemes.of(profile).records_command:
            await _look_at_sizes(profile, connected, found)
        else:
            await transfer.once_free(partial(_ask_for_checksums, profile, connected, found), profile, pauses)
        if found.equal and schemes.of(profile).may_read(profile):
            async with aclosing(_taken_back(profile, connected, found, holding)) as events:
                async for event in events:
                    yield event
    yield found.result()


def alarm(profile: Profile, result: Drill) -> Trouble | None:
    """What has to be told of a drill that found a difference."""
    return trouble.explain(Failure(Kind.DRILL_DIFFERS, result.names), profile) if result.differing else None


class _Found:
    """What is known by now of the files that were chosen."""

    def __init__(self, profile: Profile, chosen: Mapping[str, int], before: float) -> None:
        self._profile, self._before = profile, before
        self.chosen = chosen
        self.how: drill.How = "none"
        self.why: drill.Why = ""
        self.equal: list[str] = []
        self._unequal: list[str] = []
        self._left_out: list[str] = []

    def take(self, how: drill.How, equal: Iterable[str], unequal: Iterable[str]) -> None:
        """Take in how they were compared; what was called equal before may not be so any more."""
        self.how, self.equal = how, list(equal)
        self._unequal += unequal

    def leave_out(self, paths: Iterable[str]) -> None:
        """Count those as not compared."""
        self._left_out += paths

    def result(self) -> Drill:
        """What the drill came to."""
        differing = list(filter(self._has_to_be_there, sorted(self._unequal)))
        if not (self.equal or differing or self.how == "sizes-and-times"):
            return Drill(when=drill.now(), why=self.why or "no-files")
        return Drill(
            when=drill.now(),
            how=self.how,
            equal=len(self.equal),
            differing=tuple(map(printable, differing)),
            not_tested=len(self._left_out) + len(self._unequal) - len(differing),
        )

    def _has_to_be_there(self, path: str) -> bool:
        """Whether the server has to have a file as it is here: it is still as it was then, and can be read."""
        place = unchanged.place(self._profile, path)
        return unchanged.is_older(self._profile, path, self._before) and os.access(place, os.R_OK)


async def _ask_for_checksums(profile: Profile, access: Access, found: _Found) -> None:
    """Have the server compare; what is excluded, or on another disk than the backup's, rsync doesn't list."""
    equal: list[str] = []
    unequal: list[str] = []
    outdated: list[str] = []
    listed = count = 0
    with selection.kept(selection.of(found.chosen)) as wanted:
        async with aclosing(transfer.compare(profile, access, wanted)) as events:
            async for event in events:
                if isinstance(event, rsync.Entries):
                    listed += len(event)
                    for entry in event:
                        if entry.path not in found.chosen or entry.is_other_name:
                            continue
                        is_outdated = profile.scheme.append_only and entry.looks_changed and not entry.is_new
                        (outdated if is_outdated else unequal if entry.is_sent else equal).append(entry.path)
                elif isinstance(event, rsync.Ended):
                    count = report.require_totals(event).files
    found.take("checksums", equal, unequal)
    found.leave_out(outdated)
    if count > listed:
        found.why = "refused"


async def _look_at_sizes(profile: Profile, access: Access, found: _Found) -> None:
    """See what a whole dry run would send: one command is all that the key may run, and it computes no checksums."""
    unequal: list[str] = []
    async with aclosing(transfer.dry_run(profile, access)) as events:
        async for event in events:
            if isinstance(event, rsync.Entries):
                unequal += [entry.path for entry in event if entry.is_sent and entry.path in found.chosen]
            elif isinstance(event, rsync.Ended):
                report.require_totals(event)
    found.take("sizes-and-times", (), unequal)
    found.leave_out(set(found.chosen) - set(unequal))


async def _taken_back(
    profile: Profile, access: Access, found: _Found, holding: Sequence[int]
) -> AsyncGenerator[rsync.Event]:
    """Take back what the server has called equal, and see for ourselves."""
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as around:
        wanted = Order(tuple(found.equal), f"{around}/files")
        (part,) = order.parts(profile, wanted)
        stage = Stage(profile.name, part.folder, wanted)
        source = Source(profile, access, wanted, part, stage)
        plan = await source.plan()
        most = sum(found.chosen[path] for path in found.equal) + _SLACK_BYTES
        if plan.bytes > most or plan.files > len(found.equal):
            raise Failure(Kind.SERVER_SENDS_MORE, profile.server.host)
        if plan.bytes > target.room(Path(around)):
            raise Failure(Kind.NO_ROOM_HERE, around, str(plan.bytes))
        try:
            stage.begin()
            async with aclosing(source.fetch(plan, holding)) as events:
                async for event in events:
                    yield event
            equal = await in_background(partial(_equal, profile, found.equal, stage.tree))
        finally:
            stage.clear()  # also where folders arrived shut
    found.take("restored", equal, set(found.equal) - set(equal))


def _equal(profile: Profile, paths: Iterable[str], tree: Path) -> list[str]:
    return [path for path in paths if _is_same(unchanged.place(profile, path), str(tree / path))]


def _is_same(here: str, arrived: str) -> bool:
    with suppress(OSError), _opened(here) as ours, _opened(arrived) as theirs:
        while (piece := ours.read(_CHUNK)) == theirs.read(_CHUNK):
            if not piece:
                return True
    return False


def _opened(path: str) -> BinaryIO:
    """A file proper, and not what somebody may have put in its place, such as a link or a pipe.

    Raises:
        OSError: it is none.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(path)
    return os.fdopen(file, "rb")
