"""The last runs of a backup: how each ended, what it did, how long it took, and who started it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wizard import trouble
from wizard.failure import Failure
from wizard.running import record
from wizard.running.record import LastResult  # noqa: TC001 - msgspec reads it
from wizard.storage import state_files
from wizard.text import display
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.client import rsync
    from wizard.profile import Profile

MOST = 50

_RESULTS: dict[LastResult, str] = {
    "done": N_("Backed up"),
    "incomplete": N_("Some files weren't backed up"),
    "unfinished": N_("Stopped"),
    "failed": N_("Failed"),
}

By = Literal["schedule", "person"]

_FILE = "runs.json"
_FEW = 20  # in a small folder, most of the files may well change on one day
_LONGEST_WHY = 1000
_LONGEST_SECONDS = 10**8
_LAST_YEAR = 9000

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_SECONDS)]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run; `began` is in UTC, the counts are rsync's, `bytes` were sent, and `why` is what made it fail.

    A run that was stopped is unfinished. One that was killed is not in the history.
    """

    began: _Moment
    seconds: _Seconds = 0.0
    result: LastResult = "done"
    new: int = 0
    changed: int = 0
    deleted: int = 0
    files: int = 0
    bytes: int = 0
    why: str = ""
    by: By = "person"

    def __post_init__(self) -> None:
        """Refuse, in a damaged file, a time that no calendar has."""
        if self.began.year > _LAST_YEAR:
            raise ValueError(self.began)

    @property
    def lines(self) -> list[str]:
        """When it was, how it ended and who started it; then what it did or why it failed, and how long that took."""
        by = _("by the schedule") if self.by == "schedule" else _("by you")
        head = f"{record.local(self.began)} · {_(_RESULTS[self.result])} · {by}"
        duration = display.duration(round(self.seconds))
        if self.result in {"done", "incomplete"}:
            told = _("{new} new, {changed} changed, {deleted} deleted · {total} · {size} in {duration}")
            did = told.format(
                new=display.number(self.new),
                changed=display.number(self.changed),
                deleted=display.number(self.deleted),
                total=display.entries(self.files),
                size=display.size(self.bytes),
                duration=duration,
            )
        else:
            did = _("after {duration}").format(duration=duration)
        return [head, did, *([display.printable(self.why)] if self.why else [])]

    @property
    def lost(self) -> int:
        """How many files it has changed, and entries of all kinds deleted."""
        return self.changed + self.deleted

    @property
    def before(self) -> int:
        """How many entries there were in the backup before it."""
        return self.files - self.new + self.deleted

    @property
    def ended(self) -> datetime:
        """When it ended, in UTC."""
        return self.began + timedelta(seconds=self.seconds)


def read(name: str) -> list[Run]:
    """The last runs, newest first; a file that can't be read is as if there had been none."""
    found: list[Run] = state_files.load(name, _FILE, list[Run], [])
    return found[:MOST]


def warning(profile: Profile) -> str:
    """That the last run which came to its end has changed or deleted most of the backup, or an empty text."""
    last = next((run for run in read(profile.name) if run.result in {"done", "incomplete"}), None)
    if last is None or last.lost < _FEW or 2 * last.lost <= last.before:
        return ""
    told = _("The backup of {time} changed or deleted {count} of {total}.").format(
        time=record.local(last.began), count=display.number(last.lost), total=display.entries(last.before)
    )
    if profile.versions.are_kept:
        to_do = _(
            "If that wasn't you, tell your admin now. To get files as they were before, use “Get files back” and choose"
            " an earlier day."
        )
    else:
        to_do = _("If that wasn't you, open some of your files to see whether they are damaged, and tell your admin.")
    return f"{told} {to_do}"


def listed(name: str) -> str:
    """The last runs in words, newest first."""
    return "\n\n".join("\n".join(run.lines) for run in read(name)) or _("No runs are kept of this backup.")


def note(
    name: str, began: datetime, by: By, result: LastResult, totals: rsync.Totals | None = None, why: str = ""
) -> None:
    """Add a run that has just ended.

    Raises:
        Failure: our folder can't be written to.
    """
    run = Run(
        began=began,
        seconds=max((datetime.now(UTC) - began).total_seconds(), 0.0),
        result=result,
        new=totals.new if totals else 0,
        changed=totals.changed if totals else 0,
        deleted=totals.deleted if totals else 0,
        files=totals.files if totals else 0,
        bytes=totals.bytes_to_send if totals else 0,
        why=why[:_LONGEST_WHY],
        by=by,
    )
    state_files.save(name, _FILE, [run, *read(name)][:MOST])


def note_stopped(name: str, began: datetime, by: By) -> None:
    """Keep that somebody stopped a run; where our folder can't be written to, nothing is kept."""
    with contextlib.suppress(Failure):
        note(name, began, by, "unfinished")


def note_failed(profile: Profile, failure: Failure, began: datetime, by: By, cut: dict[str, int] | None = None) -> None:
    """Keep that a run failed and why, here and in the record; where our folder can't be written to, nothing is kept."""
    told = trouble.explain(failure, profile)
    why = f"{told.what}. {told.who.words}. {told.to_do}"
    with contextlib.suppress(Failure):  # what failed is more important than that it is remembered
        record.note(profile, "failed", why=why, cut=cut)
        note(profile.name, began, by, "failed", why=why)
