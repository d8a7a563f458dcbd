"""The real backup from its start to its end: locked, tried again where the connection drops, looked at afterwards."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from wizard import trouble
from wizard.client import rsync
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.running import compression, record, transcript, verification
from wizard.running.verification import Sample, Verification
from wizard.server import link_speed, report, transfer
from wizard.server.report import Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.compression import Choice
    from wizard.running.transcript import Transcript
    from wizard.trouble import Trouble

__all__ = ["Begun", "Event", "Looking", "Result", "Retry", "Verification", "run"]

PAUSES = (1.0, 5.0, 15.0, 30.0, 60.0)

_DROPPED = {Kind.CONNECTION_CUT, Kind.HUNG_UP, Kind.TIMED_OUT, Kind.SERVER_BUSY}
_GONE_MEANWHILE = {
    *(Kind.HOST_UNREACHABLE, Kind.NAME_UNKNOWN, Kind.PORT_CLOSED, Kind.DAEMON_CLOSED, Kind.SERVER_SILENT),
}
_NOT_OF_SINGLE_FILES = {Kind.SERVER_DISK_FULL, Kind.SERVER_READ_ONLY}
_VANISHED = 24
_MOST_TRIES = 30


class Begun(msgspec.Struct, frozen=True):
    """The first event; `is_fresh` where nothing of this backup can be on the server yet."""

    choice: Choice
    is_fresh: bool


class Retry(msgspec.Struct, frozen=True):
    """The connection dropped, and after a pause it is tried again: the `number`th try of all."""

    trouble: Trouble
    seconds: float
    number: int


class Looking(msgspec.Struct, frozen=True):
    """All is sent, and it is looked at on the server."""


class Result(msgspec.Struct, frozen=True):
    """The last event: what the last try did, how many there were, and what was found afterwards.

    `verification` is `None` where nothing was sent, so that rsync itself has found both sides equal.
    """

    report: Report
    tries: int
    verification: Verification | None

    @property
    def is_whole(self) -> bool:
        """Whether all is on the server; what went away while it was read is no part of it any more."""
        return self.report.exit_code in {0, _VANISHED} and not (self.verification and self.verification.differing)

    def as_json(self) -> dict[str, object]:
        """The object that `run --json` prints."""
        found = self.verification
        verified = {"how": found.how, "files": found.looked_at, "differing": len(found.differing)} if found else None
        return self.report.as_json() | {"whole": self.is_whole, "tries": self.tries, "verified": verified}


Event = rsync.Event | Begun | Retry | Looking | Result


async def run(
    profile: Profile, access: Access, *, holding: Sequence[int] = (), pauses: Sequence[float] = PAUSES
) -> AsyncGenerator[Event]:
    """Back up for real; closing the generator ends rsync and its ssh, and a later run goes on from there.

    `holding` is the lock that keeps other programs off the backup (`Session.hold`), which rsync holds as well. `pauses`
    are seconds: before each new try that follows one which got nowhere.

    Raises:
        Failure: as for `transfer.backup`, or the connection dropped once too often.
    """
    with transcript.kept(profile.name) as kept:
        run = _Run(profile, access, pauses, holding, kept)
        try:
            async with aclosing(run.events()) as events:
                async for event in events:
                    yield event
        except Failure as failure:
            kept.say(trouble.explain(failure, profile).sentence)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            kept.say("stopped")
            raise


class _Run:
    def __init__(
        self,
        profile: Profile,
        access: Access,
        pauses: Sequence[float],
        holding: Sequence[int],
        kept: Transcript,
    ) -> None:
        self._profile, self._access, self._pauses = profile, access, pauses
        self._holding, self._kept = holding, kept
        self._sample = Sample()
        self._problems: list[rsync.Problem] = []
        self._tries = 1

    async def events(self) -> AsyncGenerator[Event]:
        began, since = time.monotonic(), time.time()
        choice = await compression.choose(self._profile)
        self._kept.say(choice.sentence)
        yield Begun(choice, is_fresh=record.is_fresh(self._profile))
        is_first = record.is_first(self._profile)
        record.note(self._profile, "unfinished")
        ended: rsync.Ended | None = None
        async with aclosing(self._tried(choice, is_first=is_first)) as events:
            async for event in events:
                if isinstance(event, rsync.Ended):
                    ended = event
                yield event
        assert ended
        totals = report.require_totals(ended)
        if self._tries == 1:  # the pauses between several are no matter of speed
            link_speed.keep(self._profile.name, totals.bytes_to_send, time.monotonic() - began)
        found: Verification | None = None
        if totals.new or totals.changed:
            yield Looking()
            found = await self._looked(since)
            self._kept.say(found.sentence)
        told = Report(
            self._profile.name, totals, time.monotonic() - began, tuple(self._problems), ended.exit_code, ended.untold
        )
        result = Result(told, self._tries, found)
        record.note(self._profile, "done" if result.is_whole else "incomplete")
        self._kept.say("done" if result.is_whole else "incomplete")
        yield result

    async def _looked(self, since: float) -> Verification:
        pauses = iter(self._pauses)
        while True:
            try:
                return await verification.verify(self._profile, self._access, self._sample, since)
            except Failure as failure:  # what was sent is there all the same
                told = trouble.explain(failure, self._profile)
                pause = next(pauses, None)
                if told.kind is not Kind.SERVER_BUSY or pause is None:
                    return Verification("failed", reason=told.what)
            await asyncio.sleep(pause)

    async def _tried(self, choice: Choice, *, is_first: bool) -> AsyncGenerator[rsync.Event | Retry]:
        in_vain = 0
        has_begun = has_sent = False
        while True:
            self._problems.clear()
            try:
                async with aclosing(
                    transfer.backup(
                        self._profile,
                        self._access,
                        is_first=is_first,
                        compress=choice.compress,
                        holding=self._holding,
                    )
                ) as events:
                    async for event in events:
                        has_begun = True
                        has_sent = has_sent or isinstance(event, rsync.Progress)
                        self._take(event)
                        yield event
                return
            except Failure as failure:
                told = trouble.explain(failure, self._profile)
                may_pass = told.kind in _DROPPED or (has_begun and told.kind in _GONE_MEANWHILE)
                in_vain, has_sent = (0 if has_sent else in_vain), False
                if not may_pass or in_vain >= len(self._pauses) or self._tries >= _MOST_TRIES:
                    raise
                self._tries += 1
                in_vain += 1
                retry = Retry(told, self._pauses[in_vain - 1], self._tries)
            self._kept.say(f"{retry.trouble.what}; try {retry.number} follows in {retry.seconds:.0f} s")
            yield retry
            await asyncio.sleep(retry.seconds)

    def _take(self, event: rsync.Event) -> None:
        self._kept.add(event)
        match event:
            case rsync.Entries():
                self._sample.add(event)
            case rsync.Problem():
                self._problems.append(event)
            case rsync.Ended():
                report.require_totals(event)
                failed = ProgramFailed("rsync", event.exit_code, event.stderr)
                if event.exit_code and trouble.explain(failed, self._profile).kind in _NOT_OF_SINGLE_FILES:
                    raise failed
