"""Practice run: what a backup would do, with nothing copied; or an estimate, where the server can't be asked."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from wizard import console, trouble
from wizard.client import rsync
from wizard.client.folders import backup_size
from wizard.client.folders.backup_size import BackupSize
from wizard.failure import Failure, Kind
from wizard.running import report, transfer
from wizard.text.language import _
from wizard.walk.description import Description, May, MayNot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.report import Report
    from wizard.trouble import Trouble
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass

_UNFINISHED = _("Finish the practice run first: run it again.")


class CountedHere(msgspec.Struct, frozen=True):
    """The server allows no practice run: what follows is counted on this computer alone."""

    why: Trouble


class Preview(msgspec.Struct, frozen=True):
    """What came of it: a report, or the reason why there is none and how much a first backup would send."""

    report: Report | None = None
    why_not: Trouble | None = None
    size: BackupSize | None = None

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
    problems: list[rsync.Problem] = []
    ended: rsync.Ended | None = None
    why_not: Trouble | None = None
    async for event in events(profile, access):
        match event:
            case CountedHere(why):
                why_not = why
            case rsync.Problem():
                problems.append(event)
            case rsync.Ended():
                ended = event
    assert ended is not None
    return preview(profile, ended, why_not, problems, time.monotonic() - began)


def preview(
    profile: Profile,
    ended: rsync.Ended,
    why_not: Trouble | None,
    problems: Sequence[rsync.Problem] = (),
    seconds: float = 0.0,
) -> Preview:
    """What a run that came to its end has shown.

    Raises:
        ProgramFailed: rsync failed as a whole.
    """
    totals = report.require_totals(ended)
    if why_not:
        return Preview(why_not=why_not, size=BackupSize(totals.files, totals.bytes_to_send))
    return Preview(report.Report(profile, totals, seconds, tuple(problems), ended.exit_code, ended.untold))


def may_pass(profile: Profile, found: Preview | None, answers: Answers) -> Pass:
    """Whoever has seen what a backup would do, or as much of that as can be seen."""
    return May() if found else MayNot(_UNFINISHED)


def _told(profile: Profile, found: Preview) -> Iterator[str]:
    if found.report:
        yield console.dry_run(found.report)
    elif found.why_not and found.size:
        yield f"{found.why_not.what}. {found.why_not.to_do}"
        yield console.estimate(found.size)
        yield found.why_not.forward


def _is_whole(profile: Profile, found: Preview) -> bool:
    return found.is_whole


DESCRIPTION = Description(
    question=_("Practice run: nothing is copied"), look=look, told=_told, may_pass=may_pass, is_good=_is_whole
)
