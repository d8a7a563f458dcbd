"""The real backup from its start to its end: safe to begin, tried again where the line drops, checked afterwards."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import trouble
from wizard.client import rsync
from wizard.client.folders import folder_modes
from wizard.client.process.background import in_background
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.running import (
    compression,
    cut_files,
    history,
    link_speed,
    problems,
    record,
    report,
    safeguard,
    transcript,
    transfer,
)
from wizard.running.comparing import unchanged, verification
from wizard.running.comparing.unnoticed import Unnoticed
from wizard.running.comparing.verification import AboutRun, Sample, Verification
from wizard.running.events import Begun, Event, Looking, Planned, Result, Retry
from wizard.running.report import Report
from wizard.running.safeguard import GONE, AtRisk, Loss
from wizard.server import kept_facts
from wizard.server.reaching import which_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.compression import CompressionChoice
    from wizard.running.history import By
    from wizard.running.transcript import Transcript

__all__ = ["AtRisk", "Begun", "Event", "Looking", "Loss", "Planned", "Result", "Retry", "Verification", "run"]

PAUSES = (1.0, 5.0, 15.0, 30.0, 60.0)

_UNHEARD = {Kind.TIMED_OUT, Kind.HOST_UNREACHABLE, Kind.NAME_UNKNOWN}  # as while the link is frozen
_NOT_OF_SINGLE_FILES = {Kind.SERVER_DISK_FULL, Kind.SERVER_READ_ONLY}
_MOST_TRIES = 30


async def run(
    profile: Profile,
    access: Access,
    *,
    holding: Sequence[int] = (),
    pauses: Sequence[float] = PAUSES,
    agreed: Sequence[Loss] = (),
    is_watched: bool = False,
    by: By = "person",
) -> AsyncGenerator[Event]:
    """Back up for real; closing the generator ends rsync and its ssh, and a later run goes on from there.

    `holding` is the lock that keeps other programs off the backup (`Session.hold`), which rsync holds as well. `pauses`
    are seconds: before each new try that follows one which got nowhere. A server that answers is given up after the
    last of them; one that falls silent meanwhile is tried at that pause for longer. `agreed` are the losses of an
    `AtRisk` that a person has agreed to. Where a run `is_watched`, it looks first how much there is to send; where it
    is `by` the schedule, what it would change as well, since nobody is there to notice.

    Raises:
        AtRisk: most of what is kept would be deleted or changed, a folder is not what it was, or the backup is gone;
            nothing was changed. Or a folder went away while rsync ran, which ends it at once.
        Failure: as for `transfer.backup`, or the connection dropped once too often.
    """
    is_done, began = False, datetime.now(UTC)
    with transcript.kept(profile.name) as kept:
        try:
            async with (
                aclosing(_Run(profile, access, pauses, holding, agreed, kept, is_watched=is_watched, by=by)) as run,
                aclosing(run.events()) as events,
            ):
                async for event in events:
                    is_done = isinstance(event, Result)
                    yield event
        except Failure as failure:
            kept.say(trouble.explain(failure, profile).sentence)
            history.note_failed(profile, failure, began, by, run.cut_files)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            if not is_done:
                kept.say("stopped")
                history.note_stopped(profile.name, began, by)
            raise


class _Run:
    """One run; the connection of its last try is kept open until the run is left."""

    def __init__(
        self,
        profile: Profile,
        access: Access,
        pauses: Sequence[float],
        holding: Sequence[int],
        agreed: Sequence[Loss],
        kept: Transcript,
        *,
        is_watched: bool,
        by: By,
    ) -> None:
        self._decided, self._profile, self._access, self._pauses = profile, profile, access, pauses
        self._holding, self._agreed, self._kept, self._by, self._is_watched = holding, agreed, kept, by, is_watched
        self._before = record.read(profile.name)
        self._cut = cut_files.CutFiles(self._before.cut)
        self._sample, self._unnoticed = Sample(), Unnoticed(self._before.unnoticed)
        self._problems: list[rsync.Problem] = []
        self._tries, self._new, self._deleted, self._is_safe = 1, 0, 0, False
        self._is_fresh = record.is_fresh(profile)
        self._bytes_at_first, self._sending_since = 0, 0.0
        self._connection, self._connected = AsyncExitStack(), access

    async def aclose(self) -> None:
        await self._connection.aclose()

    @property
    def cut_files(self) -> dict[str, int]:
        """Those that may have left a part on the server, which a run that deletes removes."""
        return {} if self._profile.delete else self._cut.files

    async def events(self) -> AsyncGenerator[Event]:
        began, since = time.monotonic(), time.time()
        sources = await in_background(lambda: safeguard.to_remember(self._profile, self._before, self._agreed))
        choice = await compression.choose(self._profile)
        self._kept.say(choice.sentence)
        yield Begun(choice, self._is_fresh, history.warning(self._profile))
        picking = asyncio.create_task(in_background(lambda: unchanged.pick(self._profile, since)))
        modes = asyncio.create_task(folder_modes.of(self._profile, self._access))
        is_first = record.is_first(self._profile) or GONE in self._agreed
        record.note(self._profile, "unfinished")
        ended: rsync.Ended | None = None
        try:
            await self._unnoticed.look(self._profile, record.unchanged_since(self._profile) or self._before.begun)
            async with aclosing(self._tried(choice, is_first=is_first)) as events:
                async for event in events:
                    if isinstance(event, rsync.Ended):
                        ended = event
                    yield event
            assert ended
            totals = report.require_totals(ended)
            totals = replace(totals, deleted=max(self._deleted, totals.deleted))
            if self._tries == 1:  # the pauses between several tries would make the link look slower
                link_speed.keep(self._profile.name, totals.bytes_to_send, time.monotonic() - self._sending_since)
            found, sent = None, bool(totals.new or totals.changed)
            is_wanted = verification.is_wanted(self._profile, sent=sent)
            if is_wanted or self._unnoticed:
                yield Looking()
            totals = await self._unnoticed.settle(self._profile, self._connected, self._holding, totals)
            if is_wanted:
                about = AboutRun.of(self._profile, since, self._problems, self._unnoticed.to_compare)
                here, pauses = self._profile, self._pauses
                paths = [*self._sample.paths, *self._unnoticed.to_compare, *await picking]
                found = await verification.once_free(here, self._connected, paths, about, pauses, sent=sent)
            if found:
                totals = replace(totals, outdated=found.outdated_count)
            seconds = time.monotonic() - began
            told = Report(self._profile, totals, seconds, tuple(self._problems), ended.exit_code, ended.untold)
            if told.unread_count:  # rsync's statistics take what it could not read for created
                told = replace(told, totals=replace(totals, new=min(totals.new, self._new)))
            result = Result(told, self._tries, found, self.cut_files, unnoticed=self._unnoticed.to_tell)
            if result.is_complete or self._is_good(result):
                marking = transfer.mark_complete(self._profile, self._connected, modes, self._pauses, self._holding)
                result = replace(result, unmarked=await marking)
        finally:
            picking.cancel()
            modes.cancel()
        outcome: record.LastResult = "done" if self._is_good(result) else "incomplete"
        kept_facts.note_let_in(self._profile)
        # What an incomplete run didn't find still counts, or the next one like it would pass for good.
        files, count = max(totals.files, 0 if outcome == "done" else self._before.entries), told.unread_count
        left = self._unnoticed.left_over(found)
        record.note(self._profile, outcome, since=since, sources=sources, entries=files, unread=count, unnoticed=left)
        history.note(self._profile.name, datetime.fromtimestamp(since, UTC), self._by, outcome, totals)
        self._kept.say(result.told)
        yield result

    def _is_good(self, result: Result) -> bool:
        """Whether it counts as a good backup; a folder that can't be read may hide most of what there was."""
        return result.is_whole or (result.is_good and 2 * result.report.entries >= self._before.entries)

    async def _tried(
        self, choice: CompressionChoice, *, is_first: bool
    ) -> AsyncGenerator[rsync.Event | Planned | Retry]:
        in_vain, has_begun, has_sent = 0, False, False
        while True:
            self._problems.clear()
            self._new = 0
            try:
                await self._connect()
                totals = await self._looked_ahead()
                if totals:
                    yield self._planned(totals, is_first=is_first)
                self._sending_since = time.monotonic()
                async with aclosing(
                    transfer.backup(
                        self._profile,
                        self._connected,
                        keeps_parts=is_first and record.has_nothing_there(self._profile),
                        must_be_there=not is_first,
                        compress=choice.compress,
                        holding=self._holding,
                    )
                ) as events:
                    async for event in events:
                        has_begun = True
                        has_sent = has_sent or isinstance(event, rsync.Progress)
                        self._take(event)
                        if problems.may_have_lost_folder(event):
                            await self._see_that_all_is_there()
                        yield event
                return
            except Failure as failure:
                if failure.kind is Kind.BACKUP_GONE:
                    raise AtRisk([*self._agreed, GONE]) from None
                told = trouble.explain(failure, self._profile)
                if has_sent and told.kind is Kind.HUNG_UP:  # ssh ended without a word, and long after the sign-in
                    failure = Failure(Kind.CONNECTION_CUT, raw=failure.raw, exit_code=failure.exit_code)
                    told = trouble.explain(failure, self._profile)
                may_pass = cut_files.may_come_back(told.kind, has_begun=has_begun)
                if may_pass:
                    self._cut.lose_connection()
                in_vain, has_sent = (0 if has_sent else in_vain), False
                is_used_up = in_vain >= len(self._pauses) and not (self._pauses and told.kind in _UNHEARD and has_begun)
                if not may_pass or is_used_up or self._tries >= _MOST_TRIES:
                    raise failure from None
                self._tries += 1
                in_vain = min(in_vain + 1, len(self._pauses))
                retry = Retry(told, self._pauses[in_vain - 1], self._tries)
            self._kept.say(f"{retry.trouble.what}; try {retry.number} in {retry.seconds:.0f} s")
            yield retry
            await asyncio.sleep(retry.seconds)

    async def _connect(self) -> None:
        await self._connection.aclose()
        self._connected = await self._connection.enter_async_context(shared(self._decided, self._access))
        self._profile = await which_line.met(self._decided, self._connected)

    async def _looked_ahead(self) -> rsync.Totals | None:
        """See, before each try, that no folder is gone, and before the first one, what would be deleted or changed.

        Returns what a dry run comes to, where one was made: for that, or for somebody who watches while a part may be
        on the server already.
        """
        may_be_there = self._tries > 1 or not self._is_fresh
        is_wanted = (self._is_watched and may_be_there) or (self._by == "schedule" and not self._is_safe)
        if self._is_safe:
            await self._see_that_all_is_there()
            is_previewed = is_wanted and transfer.can_preview(self._profile)
            return (await report.dry_run(self._profile, self._connected)).totals if is_previewed else None
        before = replace(self._before, adopted=await transfer.is_adopted(self._profile, self._connected))
        now = await in_background(lambda: safeguard.sources(self._profile))
        losses, totals = await safeguard.ahead(self._profile, self._connected, before, now, is_wanted=is_wanted)
        losses = [*safeguard.changed(self._profile, now, before), *losses]
        self._is_safe, self._before = True, replace(before, sources=now)  # each later try must find it as this one
        if any(loss not in self._agreed for loss in losses):
            raise AtRisk(losses)
        return totals

    async def _see_that_all_is_there(self) -> None:
        """Stop where a folder or disk went away: rsync takes its files for deleted, and deletes them on the server."""
        gone = await in_background(lambda: safeguard.went_away(self._profile, self._before, self._agreed))
        if gone:
            raise AtRisk([*self._agreed, *gone])

    def _planned(self, totals: rsync.Totals, *, is_first: bool) -> Planned:
        # Until a backup is whole, it is all of it that is on its way, and what went before is a part of that.
        self._bytes_at_first = self._bytes_at_first or (totals.bytes_total if is_first else totals.bytes_to_send)
        return Planned(totals.bytes_to_send, max(self._bytes_at_first, totals.bytes_to_send))

    def _take(self, event: rsync.Event) -> None:
        self._kept.add(event)
        self._unnoticed.note(event)
        match event:
            case rsync.Entries():
                self._sample.add(event)
                self._cut.note(event)
                self._new += event.new
                self._deleted += event.deleted
            case rsync.Problem():
                self._problems.append(event)
            case rsync.Ended():
                report.require_totals(event)
                failed = ProgramFailed("rsync", event.exit_code, event.stderr)
                if event.exit_code and trouble.explain(failed, self._profile).kind in _NOT_OF_SINGLE_FILES:
                    raise failed
