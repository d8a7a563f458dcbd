"""What the system's scheduler starts: the backups that are due, one after the other. Nobody is asked anything."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import console, printing, trouble
from wizard.client.keys import secrets
from wizard.client.session import Session
from wizard.commands import transferring
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.running import history, record
from wizard.schedule import conditions, nothing_due, notices, runs, waiting, weekly, words
from wizard.storage import profiles
from wizard.text.language import _
from wizard.trouble import Who, crash, telling
from wizard.walk import unattended

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.backing_up import Result
    from wizard.schedule.nothing_due import Look
    from wizard.schedule.waiting import Reason
    from wizard.trouble import Trouble
    from wizard.trouble.telling import ExplainedFailure

WAITING = 75

_NICER_BY = 10


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one backup; `next_due` is when it will be due, where it has a schedule and isn't due now."""

    name: str
    exit_code: int = 0
    is_due: bool = False
    waiting: Reason | None = None
    next_due: datetime | None = None
    result: Result | None = None
    failed: str = ""

    @property
    def in_words(self) -> str:
        """The same for a person; what failed is told on standard error."""
        if self.result:
            return console.backup(self.result)
        if self.waiting:
            return f"{_(words.WAITS[self.waiting])}."
        if self.next_due:
            return _("Not due before {time}.").format(time=record.local(self.next_due))
        return "" if self.failed else _("This backup runs only when you start it.")

    def as_json(self) -> dict[str, object]:
        """The object that `run NAME --if-due --json` prints."""
        told: dict[str, object] = self.result.as_json() if self.result else {"profile": self.name}
        failed = {"failed": self.failed} if self.failed else {}
        return told | failed | {"due": self.is_due, "waiting": self.waiting}


def run(name: str | None, *, as_json: bool) -> int:
    """Make that backup if it is due, or all that are; returns the exit code, which is the worst of all.

    Raises:
        Failure: the profiles can't be listed.
    """
    os.environ[secrets.UNATTENDED] = "1"
    if name:
        outcome = _one(name)
        _tell(outcome, as_json=as_json)
        return outcome.exit_code
    try:
        look = nothing_due.Look()
    except (OSError, ValueError):
        look = None  # what is in the way is told below
    outcomes: list[Outcome] = []
    for one in profiles.names():
        outcome = _one(one)
        if outcome.is_due or outcome.next_due or outcome.failed:  # the others have no schedule
            outcomes.append(outcome)
            _tell(outcome, as_json=False, heading=f"{one}: ", is_quiet=as_json)
    if as_json:
        say(console.ToPaste(json.dumps({"backups": [outcome.as_json() for outcome in outcomes]})))
    if look:
        _remember(look, outcomes)
    return worst(outcome.exit_code for outcome in outcomes)


def worst(exit_codes: Iterable[int]) -> int:
    """The exit code for several backups: a failure counts more than one that only has to wait."""
    codes = set(exit_codes) - {0}
    return max(codes - {WAITING}, default=WAITING if codes else 0)


def _tell(outcome: Outcome, *, as_json: bool, heading: str = "", is_quiet: bool = False) -> None:
    if as_json:
        say(console.ToPaste(json.dumps(outcome.as_json())))
    # In the log of a scheduler that starts it each quarter of an hour, nothing stands where nothing was to do.
    elif not is_quiet and (outcome.is_due or outcome.failed or sys.stdout.isatty()) and outcome.in_words:
        say(f"{heading}{outcome.in_words}")


def _one(name: str) -> Outcome:
    profile = None
    try:
        profile = profiles.load(name)
        if early := _not_yet(profile):
            return early
        with Session() as opened:
            try:
                opened.hold(name)
            except Failure as failure:
                if failure.kind is not Kind.PROFILE_IN_USE:
                    raise
                return _postponed(profile, "busy")
            profile = profiles.load(name)
            return _not_yet(profile) or _made(profile, opened)  # it may have been made before it was held
    except Failure as failure:
        return _failed(name, failure, profile)
    except Exception as error:  # noqa: BLE001 - the other backups have no part in it
        return _crashed(name, error, profile)


def _not_yet(profile: Profile) -> Outcome | None:
    now = datetime.now(UTC)
    due = runs.next_due(profile, now)
    if due is not None and due <= now:
        return None
    if runs.needs_setup(profile, now):
        return _postponed(profile, "setup")
    waiting.note(profile.name, None)
    return Outcome(name=profile.name, next_due=due)


def _made(profile: Profile, opened: Session) -> Outcome:
    began = datetime.now(UTC)
    try:
        if reason := asyncio.run(conditions.why_not(profile)):
            return _postponed(profile, reason)
        _give_way()
        warning = history.warning(profile)
        result = transferring.run_scheduled(profile, opened)
        transferring.see_shut(profile, opened)
    except Failure as failure:
        is_noted = any(run.began >= began for run in history.read(profile.name)[:1])
        if failure.kind is Kind.KEYRING_LOCKED and not is_noted:  # it was locked in this very moment
            return _postponed(profile, "keyring")
        if not is_noted:
            history.note_failed(profile, failure, began, "schedule")
        raise
    _notify(profile)
    if warning:
        printing.error(f"{profile.name}: {warning}\n")
        _tell_elsewhere(profile, partial(notices.of_last_run, profile, warning))
    transferring.report_elsewhere(profile)
    _look_weekly(profile, opened)
    return Outcome(name=profile.name, is_due=True, result=result, exit_code=0 if result.is_whole else 1)


def _look_weekly(profile: Profile, opened: Session) -> None:
    """Make the security check and the drill of the week."""
    now = datetime.now(UTC)
    if weekly.check_is_due(profile, now):
        _look(profile, opened, weekly.check, notices.of_check)
    if weekly.drill_is_due(profile, now):
        _look(profile, opened, weekly.make_drill, notices.of_drill)


def _look(
    profile: Profile,
    opened: Session,
    make: Callable[[Profile, Access], Coroutine[object, object, Trouble | None]],
    tell: Callable[[Profile, Trouble], None],
) -> None:
    """Have a look at the server; where that can't be done, the next run tries again."""

    async def look() -> Trouble | None:
        return await make(profile, await opened.access(profile))

    found = None
    try:
        found = asyncio.run(look())
    except Failure:
        pass
    except Exception as error:  # noqa: BLE001 - the backup is made
        console.complain(crash.tell(error))
    if found:
        printing.error(f"{profile.name}: ")
        console.complain(found)
        _tell_elsewhere(profile, partial(tell, profile, found))


def _postponed(profile: Profile, reason: Reason) -> Outcome:
    waiting.note(profile.name, reason)
    _notify(profile)
    return Outcome(name=profile.name, is_due=True, waiting=reason, exit_code=WAITING)


def _notify(profile: Profile, told: Trouble | None = None) -> None:
    _tell_elsewhere(profile, partial(notices.after_run, profile, told))


def _tell_elsewhere(profile: Profile | None, tell: Callable[[], None]) -> None:
    try:
        tell()
    except Failure as failure:  # the backup is as it is, whoever hears of it
        console.complain(trouble.explain(failure, profile))


def _failed(name: str, failure: Failure, profile: Profile | None) -> Outcome:
    told: ExplainedFailure = asyncio.run(
        telling.tell(unattended.awaited(failure, profile) if profile else failure, profile)
    )
    printing.error(f"{name}: ")
    console.complain(told.trouble, told.raw_file)
    _tell_person(name, told.trouble, profile)
    return Outcome(name=name, is_due=bool(profile), exit_code=told.trouble.exit_code, failed=told.trouble.sentence)


def _crashed(name: str, error: Exception, profile: Profile | None) -> Outcome:
    told = crash.tell(error)
    console.complain(told)
    try:
        with contextlib.suppress(Failure):
            history.note(name, datetime.now(UTC), "schedule", "failed", why=told.sentence)
        _tell_person(name, told, profile)
    except Exception:  # noqa: BLE001 - what it crashed of may be in the way here too
        with contextlib.suppress(Exception):  # the crash is told, and the other backups come next
            _tell_person(name, told, None)
    return Outcome(name=name, exit_code=crash.EXIT_CODE, is_due=True, failed=told.sentence)


def _tell_person(name: str, told: Trouble, profile: Profile | None) -> None:
    """Let the person hear of what failed, wherever that can be said."""
    if profile is None:
        _tell_elsewhere(None, partial(notices.without_settings, name, told))
        return
    _notify(profile, told)
    if told.who is not Who.NOBODY:
        transferring.report_elsewhere(profile, has_failed=True)


def _remember(look: Look, outcomes: Sequence[Outcome]) -> None:
    """Spare the next start the work, where nothing is due for a while."""
    if any(outcome.is_due or outcome.failed for outcome in outcomes):
        return
    times = [outcome.next_due.timestamp() for outcome in outcomes if outcome.next_due]
    with contextlib.suppress(Failure):
        nothing_due.keep(look, min(times, default=float("inf")))


def _give_way() -> None:
    """Let whoever works at this computer have its processor and its disks first."""
    if os.nice(0) < _NICER_BY:
        os.nice(_NICER_BY - os.nice(0))
    if ionice := shutil.which("ionice"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                [ionice, "--class", "idle", "--pid", str(os.getpid())],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=5,
                check=False,
            )
