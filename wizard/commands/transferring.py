"""A practice run or a real backup on lines, from the sign-in to what is said of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from wizard import console, trouble
from wizard.client.folders import backup_size
from wizard.commands import terminal
from wizard.commands.progress_line import ProgressLine
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.running import backing_up, problems, record, report
from wizard.server import room
from wizard.server.reaching import host_trust
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.running.history import By
    from wizard.running.report import Report

EXCLUDED = _("Excluded from now on. You can change that under “Skipped”.")

_STOPPED = 130
_SKIP, _AGAIN = "s", "t"
_SKIP_OR_TRY = _("s: skip it from now on, t: try again. Enter leaves it as it is")
_TRY = _("t: try again. Enter leaves it as it is")
T = TypeVar("T")


def dry_run(profile: Profile, opened: Session, listing: BinaryIO | None, *, as_json: bool) -> int:
    """Do it and say what a backup would do; returns the exit code."""
    try:
        result = stoppable(_dry_run(profile, opened, listing))
    except Failure as failure:
        if failure.kind is Kind.NO_DRY_RUN and not as_json:
            say(console.estimate(asyncio.run(backup_size.whole(profile))))
        raise
    first = room.for_first_backup(profile, result.totals.bytes_total) if record.is_first(profile) else None
    in_words = "\n".join([console.dry_run(result), *([first.sentence] if first else [])])
    _tell(result, in_words, as_json=as_json)
    return 0 if result.is_whole else 1


def run(profile: Profile, opened: Session, *, as_json: bool) -> int:
    """Do it and say what was done; returns the exit code. Whoever is there may skip what could not be read."""
    while True:
        try:
            result = _run_as_agreed(profile, opened, as_json=as_json)
        except KeyboardInterrupt:
            console.complain(trouble.explain(Failure(Kind.INTERRUPTED), profile))
            return _STOPPED
        _tell(result, console.backup(result), as_json=as_json)
        report_elsewhere(profile)
        if as_json or not (result.report.unread_count and terminal.is_there() and _tries_again(profile, result)):
            return 0 if result.is_whole else 1


def run_scheduled(profile: Profile, opened: Session) -> backing_up.Result:
    """Do it while nobody is there.

    Raises:
        Failure: as for `backing_up.run`.
        KeyboardInterrupt: it was stopped.
    """
    return stoppable(_run(profile, opened, None, (), by="schedule"))


def report_elsewhere(profile: Profile, *, has_failed: bool = False) -> None:
    """Report how a run ended to the person's monitoring service, if there is one; that it can't be is said."""
    if not profile.schedule.ping:
        return
    from wizard.schedule.alarms import channels

    try:
        channels.report(profile, has_failed=has_failed)
    except Failure as failure:
        console.complain(trouble.explain(failure, profile))


def see_shut(profile: Profile, opened: Session) -> None:
    """Once the time of a key for reading is over, see whether the server refuses it, and say so."""
    from wizard.client.keys import reading_key

    if (asked := reading_key.in_use(profile.name)) and asked.has_expired:
        from wizard.commands import asking  # hardly any run needs it

        asyncio.run(asking.look_behind(profile, opened))


def _tell(result: Report | backing_up.Result, in_words: str, *, as_json: bool) -> None:
    say(console.ToPaste(json.dumps(result.as_json())) if as_json else in_words)


async def _dry_run(profile: Profile, opened: Session, listing: BinaryIO | None) -> Report:
    await host_trust.establish(profile)
    return await report.dry_run(profile, await opened.access(profile), listing)


def _run_as_agreed(profile: Profile, opened: Session, *, as_json: bool) -> backing_up.Result:
    agreed: Sequence[backing_up.Loss] = ()
    while True:
        try:
            return _run_to_its_end(profile, opened, agreed, as_json=as_json)
        except backing_up.AtRisk as risk:
            if as_json or not terminal.is_there() or not _agrees_to(risk):
                raise
            agreed = risk.losses


def _run_to_its_end(
    profile: Profile, opened: Session, agreed: Sequence[backing_up.Loss], *, as_json: bool
) -> backing_up.Result:
    told = None if as_json else ProgressLine()
    try:
        return stoppable(_run(profile, opened, told, agreed))
    finally:
        if told:
            told.clear()


def _agrees_to(risk: backing_up.AtRisk) -> bool:
    from wizard.walk.plain import asker  # what hardly any run needs

    say(f"{console.at_risk(risk)} {risk.advice}")
    try:
        return asker.agrees(_("Back up anyway?"), default=False)
    except (asker.GoBack, asker.GoAway):
        return False


def _tries_again(profile: Profile, result: backing_up.Result) -> bool:
    """Whether to try again what could not be read; it is excluded from now on if that is wanted."""
    from wizard.walk import steps
    from wizard.walk.plain import asker

    without = problems.without_unread(profile, result.report)
    try:
        answer = asker.line(_SKIP_OR_TRY if without else _TRY).lower()
    except (asker.GoBack, asker.GoAway):
        return False
    if without and answer == _SKIP:
        steps.record(steps.forward(steps.begin(profile), without))
        say(EXCLUDED)
    return answer == _AGAIN


async def _run(
    profile: Profile,
    opened: Session,
    told: ProgressLine | None,
    agreed: Sequence[backing_up.Loss],
    by: By = "person",
) -> backing_up.Result:
    await host_trust.establish(profile)
    holding = (opened.hold(profile.name),)
    access = await opened.access(profile)
    is_watched = bool(told and told.is_watched)
    run = backing_up.run(profile, access, holding=holding, agreed=agreed, is_watched=is_watched, by=by)
    async with contextlib.aclosing(run) as events:
        async for event in events:
            if isinstance(event, backing_up.Result):
                return event
            if told:
                told.take(event)
    raise AssertionError("a run ends with its result")


def stoppable(work: Coroutine[object, object, T]) -> T:
    """Do the work; whatever asks this program to end, ends rsync and its ssh first.

    Raises:
        KeyboardInterrupt: it was stopped.
    """

    async def do() -> T:
        loop = asyncio.get_running_loop()
        doing = loop.create_task(work)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup would have it
                loop.add_signal_handler(number, doing.cancel)
        return await doing

    try:
        return asyncio.run(do())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
