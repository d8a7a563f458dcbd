"""A restore from its start to its end: planned, fetched, compared with the server, and only then put in its place."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING

from wizard import trouble
from wizard.client import rsync
from wizard.client.folders import folder_modes
from wizard.client.process.background import in_background
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure, Kind
from wizard.restore import entries, fetching, linking, order, putting, stage, staged_files, target, versions
from wizard.restore.events import Comparing, Event, Putting, Result
from wizard.restore.fetching import Source
from wizard.restore.stage import NOTHING, Arrived, Stage
from wizard.running.backing_up import PAUSES
from wizard.running.events import Planned, Retry
from wizard.server import complete_mark

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.fetching import Plan
    from wizard.restore.order import Order, Part

__all__ = ["Comparing", "Event", "Planned", "Putting", "Result", "Retry", "practice", "run"]

_MAY_PASS = {
    *(Kind.CONNECTION_CUT, Kind.HUNG_UP, Kind.TIMED_OUT, Kind.SERVER_BUSY, Kind.SERVER_SILENT),
    *(Kind.HOST_UNREACHABLE, Kind.NAME_UNKNOWN, Kind.PORT_CLOSED, Kind.DAEMON_CLOSED),
}
_MOST_TRIES = 30
_MOST_TOLD = 1000
_MOST_MOVES = 5


async def run(
    profile: Profile,
    access: Access,
    wanted: Order,
    *,
    reader: Profile | None = None,
    holding: Sequence[int] = (),
    pauses: Sequence[float] = PAUSES,
) -> AsyncGenerator[Event]:
    """Restore; closing the generator ends rsync and its ssh, and a later run for the same order goes on from there.

    `reader` is the profile with the key, and the module, that the backup is read by; without it, the backup's own.
    `holding` and `pauses` are as for `backing_up.run`.

    Raises:
        Failure: a path is not in the backup, there is no room for it or no way to write it, the server can't be asked
            or sends more than it said, or the connection dropped once too often. Nothing was put in its place then.
    """
    reader = reader or profile
    _require_no_munged_folder()
    todo = [_Part(profile, reader, wanted, part) for part in order.parts(profile, wanted)]
    pending = [one for one in todo if one.stage.arrived is None]
    if pending:
        async with aclosing(_fetched(profile, reader, access, wanted, pending, holding, pauses)) as events:
            async for event in events:
                yield event
    yield Putting()
    for one in todo:
        await in_background(one.put)
    result = _result(profile, wanted, todo)
    for one in todo:
        one.stage.clear()
    yield result


async def practice(
    profile: Profile, access: Access, wanted: Order, *, reader: Profile | None = None
) -> AsyncGenerator[Event]:
    """What a restore would do; nothing is written.

    Raises:
        Failure: as for `run`.
    """
    reader = reader or profile
    restored = size = skipped = found = 0
    problems: list[rsync.Problem] = []
    async with shared(reader, access) as connected:
        place = await versions.place(reader, connected, wanted.version)
        await _require_there(reader, connected, wanted, place)
        for part in order.parts(profile, wanted):
            source = _Part(profile, reader, wanted, part).source(connected, place)
            count = 0
            async with aclosing(source.practice()) as events:
                async for event in events:
                    if isinstance(event, rsync.Entries):
                        shown = fetching.only_restored(event, wanted.overwrite)
                        count += len(shown)
                        if shown.raw:
                            yield shown
                    elif isinstance(event, rsync.Problem):
                        problems.append(event)
                    elif isinstance(event, rsync.Ended):
                        totals = fetching.totals(event, part.folder)
                        problems += fetching.unrecognised(event, problems)
                        restored += count
                        skipped += max(totals.files - totals.folders - count, 0)
                        size += totals.bytes_to_send
                        found += totals.files - 1
        if place != await versions.place(reader, connected, wanted.version):
            raise Failure(Kind.VERSION_MOVED)
    _require_something(profile, wanted, found)
    yield Result(profile.name, wanted, restored, skipped, size, problems=tuple(problems), is_practice=True)


async def _fetched(
    profile: Profile,
    reader: Profile,
    access: Access,
    wanted: Order,
    pending: Sequence[_Part],
    holding: Sequence[int],
    pauses: Sequence[float],
) -> AsyncGenerator[Event]:
    """All that is pending, each until it has arrived and was compared."""
    tries = _Tries(profile, pauses)
    async with AsyncExitStack() as connection:
        connected = await connection.enter_async_context(shared(reader, access))
        place = await versions.place(reader, connected, wanted.version)
        await _require_there(reader, connected, wanted, place)
        for one in pending:
            one.plan = await one.source(connected, place).plan()
        _require_something(profile, wanted, sum(one.plan.entries - 1 for one in pending))
        _require_room(pending)
        to_come = total = sum(one.plan.bytes for one in pending)
        for one in pending:
            yield Planned(to_come, total)
            to_come -= one.plan.bytes
            one.stage.begin()
            while one.stage.arrived is None:
                try:
                    async with aclosing(one.fetched(connected, holding)) as events:
                        async for event in events:
                            tries.has_come |= isinstance(event, rsync.Progress)
                            yield event
                except Failure as failure:
                    retry = tries.again(failure)
                    yield retry
                    await asyncio.sleep(retry.seconds)
                    await connection.aclose()
                    connected = await _connected_again(connection, reader, access, tries)


class _Part:
    """One part of an order on its way."""

    def __init__(self, profile: Profile, reader: Profile, wanted: Order, part: Part) -> None:
        self.part, self._reader, self._wanted = part, reader, wanted
        self.stage = Stage(profile.name, part.folder, wanted)
        self.plan: Plan = fetching.NOTHING
        self.problems: list[rsync.Problem] = []
        self.untold = self._moved = 0
        self.told = putting.Put()

    def source(self, access: Access, place: str | None) -> Source:
        return Source(self._reader, access, self._wanted, self.part, self.stage, place)

    async def fetched(self, access: Access, holding: Sequence[int]) -> AsyncGenerator[Event]:
        """Have it sent, and compare it with what the server has; then nothing more is fetched.

        Of a version whose folder got another name meanwhile, it is all to be done again.
        """
        place = await versions.place(self._reader, access, self._wanted.version)
        source = self.source(access, place)
        self.problems.clear()
        totals, is_incomplete = rsync.Totals(), False
        async with aclosing(source.fetch(self.plan, holding)) as events:
            async for event in events:
                if isinstance(event, rsync.Problem) and len(self.problems) < _MOST_TOLD:
                    self.problems.append(event)
                elif isinstance(event, rsync.Ended):
                    totals, self.untold = fetching.totals(event, self.part.folder), event.untold
                    self.problems += fetching.unrecognised(event, self.problems)
                    is_incomplete = event.exit_code != 0
                yield event
        yield Comparing()
        await source.fetch_marks()
        differing = await source.compare()
        missing = await source.missing(differing) if is_incomplete else len(differing)
        same_file = tuple(await source.hard_links())
        if place != await versions.place(self._reader, access, self._wanted.version):
            self._moved += 1
            if self._moved > _MOST_MOVES:
                raise Failure(Kind.VERSION_MOVED)
            return
        with stage.told(self.stage.path):
            for path in differing:
                self._drop(path)
            if self.part.paths:  # whatever else a server has sent, nobody has asked for
                staged_files.keep_only(self.stage.tree, self.part.paths)
            count, links = await in_background(lambda: staged_files.count(self.stage.tree))
        same = max(totals.files - totals.folders - count - missing, 0)
        told, self.untold = tuple(self.problems), max(self.untold, missing - len(differing) - len(self.problems))
        self.stage.note_arrival(Arrived(count, links, self.plan.bytes, same, differing, same_file, told, self.untold))

    def put(self) -> None:
        with stage.told(self.part.folder):
            arrived = self.stage.arrived or NOTHING
            if arrived.links:
                staged_files.arm(self.stage.tree)
            if self._wanted.version:
                staged_files.close_to_group(self.stage.tree)
            folder_modes.restore(complete_mark.newest(self.stage.marks), self.stage.tree)
            if not self.part.place and self.stage.tree.is_dir():  # a new folder has no mode in the backup
                self.stage.tree.chmod(0o700)
            self.told = putting.put(self.stage.tree / self.part.place, self.part.folder, self._wanted.overwrite)
            linking.link(arrived.same_file, self.stage.tree, self.part)

    def _drop(self, path: str) -> None:
        if ".." not in path.split("/"):
            (self.stage.tree / path).unlink(missing_ok=True)


class _Tries:
    """When to try again, and when no more."""

    def __init__(self, profile: Profile, pauses: Sequence[float]) -> None:
        self._profile, self._pauses = profile, pauses
        self.has_come = False
        self._count, self._in_vain = 1, 0

    def again(self, failure: Failure) -> Retry:
        """The next try after a failure.

        Raises:
            Failure: that one, where no other try would help.
        """
        told = trouble.explain(failure, self._profile)
        if self.has_come and told.kind is Kind.HUNG_UP:  # ssh ended without a word, and long after the sign-in
            failure = Failure(Kind.CONNECTION_CUT, raw=failure.raw, exit_code=failure.exit_code)
            told = trouble.explain(failure, self._profile)
        self._in_vain, self.has_come = (0 if self.has_come else self._in_vain), False
        if told.kind not in _MAY_PASS or self._in_vain >= len(self._pauses) or self._count >= _MOST_TRIES:
            raise failure from None
        self._count += 1
        self._in_vain += 1
        return Retry(told, self._pauses[self._in_vain - 1], self._count)


async def _connected_again(connection: AsyncExitStack, reader: Profile, access: Access, tries: _Tries) -> Access:
    while True:
        try:
            return await connection.enter_async_context(shared(reader, access))
        except Failure as failure:
            await asyncio.sleep(tries.again(failure).seconds)


def _result(profile: Profile, wanted: Order, todo: Sequence[_Part]) -> Result:
    arrived = [one.stage.arrived or NOTHING for one in todo]
    kept = sum(one.told.kept for one in todo)
    return Result(
        profile.name,
        wanted,
        restored=sum(one.files for one in arrived) - kept - sum(one.told.left_out for one in todo),
        skipped=kept + sum(one.same for one in arrived),
        bytes=sum(one.bytes for one in arrived),
        differing=tuple(path for one in arrived for path in one.differing),
        problems=tuple(problem for one in arrived for problem in one.problems),
        misfits=tuple(misfit for one in todo for misfit in one.told.misfits),
        untold=sum(one.untold for one in arrived),
    )


async def _require_there(reader: Profile, access: Access, wanted: Order, place: str | None) -> None:
    if wanted.paths and (missing := await entries.missing(reader, access, wanted.paths, place)):
        raise Failure(Kind.NOT_IN_BACKUP, missing[0])


def _require_something(profile: Profile, wanted: Order, entries: int) -> None:
    """See that there is a backup at all, by what is in its folder."""
    if entries <= 0 and not wanted.paths:
        raise Failure(Kind.BACKUP_GONE, profile.destination)


def _require_room(pending: Sequence[_Part]) -> None:
    """See that what is to come has room, and that there is a way to write it."""
    needed: dict[int, int] = {}
    for one in pending:
        around = target.require(one.part.folder, one.stage.path)
        device = around.stat().st_dev
        needed[device] = needed.get(device, 0) + one.plan.bytes
        if needed[device] > target.room(around):
            raise Failure(Kind.NO_ROOM_HERE, str(one.part.folder), str(needed[device]))


def _require_no_munged_folder() -> None:
    """See that a disarmed link leads nowhere."""
    if os.path.lexists(staged_files.MUNGED.rstrip("/")):
        raise Failure(Kind.FILE_EXISTS, staged_files.MUNGED.rstrip("/"))
