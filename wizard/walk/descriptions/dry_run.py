"""Practice run: what a backup would do, with nothing copied; or an estimate, where the server can't be asked."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import console, trouble
from wizard.client import rsync
from wizard.client.folders import backup_size, left_out
from wizard.client.folders.backup_size import BackupSize
from wizard.failure import Failure, Kind
from wizard.running import problems, record, report, transfer
from wizard.server import room
from wizard.text.display import printable
from wizard.text.language import _, ngettext
from wizard.walk.description import Description, Help, May, MayNot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from wizard.client.access import Access
    from wizard.client.folders.left_out import LeftOut
    from wizard.profile import Profile
    from wizard.running.report import Report
    from wizard.server.room import Room
    from wizard.trouble import Trouble
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass

_MOST_SECONDS_FOR_SKIPPED = 20
_UNFINISHED = _("Finish the practice run first: run it again.")


class CountedHere(msgspec.Struct, frozen=True):
    """The server allows no practice run: what follows is counted on this computer alone."""

    why: Trouble


class Preview(msgspec.Struct, frozen=True):
    """What came of it: a report, or the reason why there is none and how much a first backup would send.

    `skipped` is what each pattern leaves out, as far as that was counted.
    """

    report: Report | None = None
    why_not: Trouble | None = None
    size: BackupSize | None = None
    skipped: dict[str, LeftOut] = {}

    @property
    def is_whole(self) -> bool:
        """Whether the server was asked about every file."""
        return self.report is not None and self.report.is_whole


async def events(profile: Profile, access: Access) -> AsyncGenerator[rsync.Event | CountedHere]:
    """The practice run, or after a `CountedHere` the counting, which the server has no part in.

    Raises:
        Failure: as for `transfer.dry_run` and `backup_size.listing`.
    """
    try:
        async with aclosing(transfer.dry_run(profile, access)) as running:
            async for event in running:
                yield event
    except Failure as failure:
        if failure.kind is not Kind.NO_DRY_RUN:
            raise
        yield CountedHere(trouble.explain(failure, profile))
        async with aclosing(backup_size.listing(profile)) as counting:
            async for event in counting:
                yield event


async def look(profile: Profile, context: WalkContext, before: object = None) -> Preview:
    """Do it to its end."""
    context.tell(_("Practice run: nothing is copied. This can take a while."))
    access, began = await context.access(profile), time.monotonic()
    met: list[rsync.Problem] = []
    ended: rsync.Ended | None = None
    why_not: Trouble | None = None
    async for event in events(profile, access):
        match event:
            case CountedHere(why):
                why_not = why
            case rsync.Problem():
                met.append(event)
            case rsync.Ended():
                ended = event
    assert ended is not None
    seen = preview(profile, ended, why_not, met, time.monotonic() - began)
    return msgspec.structs.replace(seen, skipped=await _skipped(profile)) if context.is_attended else seen


def preview(
    profile: Profile,
    ended: rsync.Ended,
    why_not: Trouble | None,
    met: Sequence[rsync.Problem] = (),
    seconds: float = 0.0,
) -> Preview:
    """What a run that came to its end has shown.

    Raises:
        ProgramFailed: rsync failed as a whole.
    """
    totals = report.require_totals(ended)
    if why_not:
        return Preview(why_not=why_not, size=BackupSize(totals.files, totals.bytes_to_send))
    return Preview(report.Report(profile, totals, seconds, tuple(met), ended.exit_code, ended.untold))


def may_pass(profile: Profile, found: Preview | None, answers: Answers) -> Pass:
    """Whoever has seen what a backup would do, or as much of that as can be seen."""
    return May() if found else MayNot(_UNFINISHED)


def first_room(profile: Profile, totals: rsync.Totals) -> Room | None:
    """Whether the first backup fits on the server, as far as that is known; `None` also after the first one."""
    return room.for_first_backup(profile, totals.bytes_total) if record.is_first(profile) else None


def in_words(profile: Profile, skipped: dict[str, LeftOut]) -> str:
    """What is skipped, and how much that is, or an empty text."""
    named = ", ".join(map(printable, left_out.in_words(profile.exclude, skipped)))
    return _("Skipped: {what}").format(what=named) if named else ""


def skip_unread(profile: Profile, found: Preview) -> Profile | None:
    """The profile without what could not be read, where there was such a thing and a pattern can name it."""
    return problems.without_unread(profile, found.report) if found.report and found.report.unread_count else None


def helps(profile: Profile, found: Preview, context: WalkContext) -> Iterator[Help]:
    """To skip what can't be read, or to try it again."""
    count = found.report.unread_count if found.report else 0
    if without := skip_unread(profile, found):
        title = ngettext("skip it from now on", "skip them from now on", count)
        yield Help("s", title, (), partial(_decide, without), while_passing=True)
    if count:
        yield Help("t", _("try again"), (), partial(_decide, profile), while_passing=True)


async def _decide(decided: Profile, profile: Profile, answers: Answers) -> Profile:
    return decided


async def _skipped(profile: Profile) -> dict[str, LeftOut]:
    """What each pattern leaves out, as far as that is known by the time one would rather go on."""
    found: dict[str, LeftOut] = {}
    with contextlib.suppress(Failure, TimeoutError):
        async with asyncio.timeout(_MOST_SECONDS_FOR_SKIPPED), aclosing(left_out.of(profile)) as looks:
            async for found in looks:  # noqa: B007 - the last one stays
                pass
    return found


def _told(profile: Profile, found: Preview) -> Iterator[str]:
    if found.report:
        yield console.dry_run(found.report)
        if first := first_room(profile, found.report.totals):
            yield first.sentence
    elif found.why_not and found.size:
        yield f"{found.why_not.what}. {found.why_not.to_do}"
        yield console.estimate(found.size)
        yield console.ToPaste(found.why_not.forward)
    if skipped := in_words(profile, found.skipped):
        yield skipped


def _is_whole(profile: Profile, found: Preview) -> bool:
    return found.is_whole


DESCRIPTION = Description(
    question=_("Practice run: nothing is copied"),
    look=look,
    told=_told,
    may_pass=may_pass,
    helps=helps,
    is_good=_is_whole,
)
