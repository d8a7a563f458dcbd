"""A dry run or a backup from its start to its result, as people and scripts read it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from wizard.client import rsync
from wizard.failure import ProgramFailed
from wizard.running import transfer
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.trouble import Trouble


_SOME_FAILED, _VANISHED = 23, 24
_WHOLE = frozenset({0, _VANISHED})


class Report(msgspec.Struct, frozen=True):
    """What a backup did, or would do, and in how many seconds; `untold` problems are counted and not named."""

    profile: Profile
    totals: rsync.Totals
    seconds: float
    problems: tuple[rsync.Problem, ...]
    exit_code: int
    untold: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether rsync left nothing out; what went away while it was read is no part of the backup any more."""
        return self.exit_code in _WHOLE

    @property
    def unread(self) -> tuple[str, ...]:
        """The paths here that could not be read, as far as they were told."""
        return tuple(dict.fromkeys(one.path for one in self.problems if one.cause == "unread"))

    @property
    def unread_count(self) -> int:
        """How many could not be read, where nothing else went wrong; 0 where something did."""
        if self.exit_code != _SOME_FAILED or any(one.cause in {"other", "in the way"} for one in self.problems):
            return 0
        return len(self.unread) + (self.untold if self.unread else 0)

    @property
    def entries(self) -> int:
        """All that there is to back up, what rsync could not even look at among it."""
        return self.totals.files + len({one.path for one in self.problems if not one.is_counted})

    def as_json(self) -> dict[str, object]:
        """The object that `dry-run --json` and `run --json` print, the latter with more."""
        return {
            "profile": self.profile.name,
            "new": self.totals.new,
            "changed": self.totals.changed,
            "deleted": self.totals.deleted,
            "unchanged": self.totals.unchanged,
            "outdated": self.totals.outdated,
            "files": self.totals.files,
            "bytes_to_send": self.totals.bytes_to_send,
            "bytes_total": self.totals.bytes_total,
            "seconds": round(self.seconds, 3),
            "problems": [
                {"path": display.printable(one.path), "message": display.printable(one.message)}
                for one in self.problems
            ],
            "exit_code": self.exit_code,
        }


def in_words(totals: rsync.Totals) -> str:
    """What a backup would do, in one plain sentence."""
    told = _(
        "A backup would send {size}. {total}: {new} new, {changed} changed, {deleted} to delete on the server."
    ).format(
        size=display.size(totals.bytes_to_send),
        total=display.entries(totals.files),
        new=display.number(totals.new),
        changed=display.number(totals.changed),
        deleted=display.number(totals.deleted),
    )
    return f"{told} {about_outdated(totals)}".rstrip()


def about_outdated(totals: rsync.Totals) -> str:
    """That files differ which an append-only server would keep as they are, or an empty text."""
    if not totals.outdated:
        return ""
    return ngettext(
        "The server keeps the old version of {count} changed file, because the key only adds files.",
        "The server keeps the old versions of {count} changed files, because the key only adds files.",
        totals.outdated,
    ).format(count=display.number(totals.outdated))


async def dry_run(profile: Profile, access: Access, listing: BinaryIO | None = None) -> Report:
    """Do a dry run to its end; `listing` is where a line an entry goes.

    Raises:
        ProgramFailed: rsync failed as a whole; files that could not be read are problems and no failure.
        Failure: as for `transfer.dry_run`.
    """
    return await _report(profile, transfer.dry_run(profile, access), listing)


async def backup(profile: Profile, access: Access) -> Report:
    """Make one try of a real backup; `wizard.running` makes a run of it.

    Raises:
        Failure: as for `dry_run`.
    """
    return await _report(profile, transfer.backup(profile, access), None)


async def _report(profile: Profile, events: AsyncIterator[rsync.Event], listing: BinaryIO | None) -> Report:
    began = time.monotonic()
    problems, ended = await _follow(events, listing)
    totals, seconds = require_totals(ended), time.monotonic() - began
    return Report(profile, totals, seconds, tuple(problems), ended.exit_code, ended.untold)


async def _follow(
    events: AsyncIterator[rsync.Event], listing: BinaryIO | None
) -> tuple[list[rsync.Problem], rsync.Ended]:
    problems: list[rsync.Problem] = []
    ended: rsync.Ended | None = None
    async for event in events:
        match event:
            case rsync.Entries() if listing:
                listing.writelines(_line(one) for one in event)
            case rsync.Problem():
                problems.append(event)
            case rsync.Ended():
                ended = event
    assert ended is not None
    return problems, ended


def _line(entry: rsync.Entry) -> bytes:
    return f"{entry.change} {entry.size} {display.printable(entry.path)}\n".encode()


def require_totals(ended: rsync.Ended) -> rsync.Totals:
    """The totals of a run that worked, files that could not be read or vanished left aside.

    Raises:
        ProgramFailed: it did not.
    """
    if ended.totals is None or ended.exit_code not in {0, *transfer.SOME_FILES_FAILED}:
        raise ProgramFailed("rsync", ended.exit_code, ended.stderr)
    return ended.totals


def left_out(report: Report) -> Trouble | None:
    """Why a backup that came to its end left files out, if it did."""
    if not report.exit_code:
        return None
    from wizard import trouble  # imported late: it would slow down every run

    # In rsync's own form, so that patterns can tell file names from rsync's words.
    complaints = "\n".join(f"rsync: {problem.message}" for problem in report.problems)
    return trouble.explain(ProgramFailed("rsync", report.exit_code, complaints), report.profile)
