"""What each backup is like now and what can be done with it, from small files alone: no server is asked.

`list`, `show`, the home screen and text mode all read it here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from wizard.client import profile_lock
from wizard.failure import Failure
from wizard.running import record
from wizard.schedule import tested, upcoming
from wizard.schedule.tested import Tested
from wizard.schedule.upcoming import Upcoming
from wizard.server import handed_over
from wizard.storage import profiles
from wizard.text import display
from wizard.text.language import N_, _, ngettext
from wizard.walk import steps
from wizard.walk.steps import TITLES, Step

if TYPE_CHECKING:
    from wizard.walk.steps import Walk


class State(StrEnum):
    """What a backup is like; the values are what `list --json` prints."""

    UNREADABLE = "unreadable"
    UNFINISHED = "unfinished"
    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    READY = "ready"


class Action(StrEnum):
    """What can be done with a backup."""

    CONTINUE = "continue"
    BACK_UP = "back-up"
    GET_BACK = "get-back"
    PRACTICE = "practice"
    CHECK = "check"
    MESSAGE = "message"
    HISTORY = "history"
    CHANGE = "change"
    RENAME = "rename"
    FORGET = "forget"


TITLES_OF_STATES = {
    State.UNREADABLE: N_("Settings can't be read"),
    State.UNFINISHED: N_("Setup not finished"),
    State.WAITING: N_("Waiting for your admin"),
    State.RUNNING: N_("Backing up now"),
    State.INTERRUPTED: N_("Backup interrupted"),
    State.FAILED: N_("The last backup failed"),
    State.INCOMPLETE: N_("Some files weren't backed up"),
    State.STALE: N_("Backup too old"),
    State.READY: N_("Backed up"),
}
TITLES_OF_ACTIONS = {
    Action.CONTINUE: N_("Continue setup"),
    Action.BACK_UP: N_("Back up now"),
    Action.GET_BACK: N_("Get files back"),
    Action.PRACTICE: N_("Practice run"),
    Action.CHECK: N_("Security check"),
    Action.MESSAGE: N_("Show message"),
    Action.HISTORY: N_("History"),
    Action.CHANGE: N_("Change"),
    Action.RENAME: N_("Rename"),
    Action.FORGET: N_("Forget"),
}
_ON_A_WHOLE_ONE = (Action.BACK_UP, Action.GET_BACK, Action.PRACTICE, Action.CHECK, Action.MESSAGE)
_AT: dict[Action, Step] = {
    Action.PRACTICE: Step.DRY_RUN,
    Action.CHECK: Step.SECURITY_CHECK,
    Action.MESSAGE: Step.HAND_OVER,
}


class BackupState(msgspec.Struct, frozen=True, kw_only=True):
    """One backup; `walk` is `None` where its settings can't be read, for the reason `why`; `never_sent` is in words."""

    name: str
    state: State
    walk: Walk | None = None
    runs: record.Record = record.Record()
    waiting_since: datetime | None = None
    upcoming: Upcoming = Upcoming()
    why: str = ""
    may_be_renamed: bool = False
    tested: Tested = Tested()
    never_sent: str = ""

    @property
    def title(self) -> str:
        """The state in a few words."""
        if self.state is State.READY and self.runs.last_good is None:
            return _("Ready for the first backup")
        return _(TITLES_OF_STATES[self.state])

    @property
    def age(self) -> str:
        """How old the last good backup is, or an empty text where there is none."""
        return _ago(self.runs.last_good) if self.runs.last_good else ""

    @property
    def last_good(self) -> str:
        """When the last good backup was made, and how long ago that is."""
        if self.runs.last_good is None:
            return _("none yet")
        return _("{age} ({time})").format(age=self.age, time=record.local(self.runs.last_good))

    @property
    def advice(self) -> str:
        """What is wrong and what to do about it, or an empty text."""
        return " ".join(filter(None, (self._about_runs, self.never_sent, record.about_unnoticed(self.runs))))

    @property
    def _about_runs(self) -> str:
        last = _ago(self.runs.last) if self.runs.last else ""
        match self.state:
            case State.UNREADABLE:
                return self.why
            case State.UNFINISHED if self.walk:
                return _("Continue at “{step}”. Everything up to there is saved.").format(step=TITLES[self.walk.step])
            case State.WAITING:
                since = _ago(self.waiting_since) if self.waiting_since else _("just now")
                return _(
                    "The message to your admin was written {age}. Send it again, or check whether they have added"
                    " this computer."
                ).format(age=since)
            case State.RUNNING:
                return _("Another window or program is backing up. Wait until it has finished.")
            case State.INTERRUPTED:
                return _("It stopped before it was finished, {age}. Back up now to continue where it stopped.").format(
                    age=last
                )
            case State.FAILED:
                return self.runs.why or _("Back up now to see why.")
            case State.INCOMPLETE if self.runs.result == "incomplete":
                return _("The backup of {age} skipped some files. Back up now to see which ones, and why.").format(
                    age=last
                )
            case State.STALE if self.runs.last_good:
                days = (_now() - self.runs.last_good).days
                return ngettext(
                    "The last good backup is {count} day old. Back up now.",
                    "The last good backup is {count} days old. Back up now.",
                    days,
                ).format(count=display.number(days))
            case State.STALE if self.upcoming.set_up:
                told = _("It was set up {age}, and no backup has worked yet. Back up now to see why.")
                return told.format(age=_ago(self.upcoming.set_up))
        return _("Nothing has been backed up yet.") if self.runs.last_good is None else ""

    @property
    def actions(self) -> tuple[Action, ...]:
        """What can be done now, the most likely first."""
        rename = (Action.RENAME,) if self.may_be_renamed else ()
        match self.state:
            case State.RUNNING:
                return ()
            case State.UNREADABLE:
                return (Action.FORGET,)
            case State.UNFINISHED:
                return (Action.CONTINUE, *rename, Action.FORGET)
            case State.WAITING:
                return (Action.MESSAGE, Action.CHANGE, *rename, Action.FORGET)
        history = (Action.HISTORY,) if self.runs.last else ()
        return (*_ON_A_WHOLE_ONE, *history, Action.CHANGE, Action.FORGET)

    @property
    def sentence(self) -> str:
        """All of it on one line, as `list` prints it."""
        told = [f"{self.title}."]
        if self.runs.last_good:
            told.append(_("Last good backup: {when}.").format(when=self.last_good))
        if self.walk and self.walk.profile.server.host:
            told.append(_("Server: {server}.").format(server=self.walk.profile.server.host))
        told += [*self.upcoming.sentences, self.advice, self.tested.about_check, self.tested.about_drill]
        return " ".join(filter(None, told))

    def as_json(self) -> dict[str, object]:
        """The object that `list --json` prints; times are in UTC."""
        profile = self.walk.profile if self.walk else None
        is_set_up = self.walk is not None and self.walk.step is Step.FINISH
        return {
            "profile": self.name,
            "state": self.state.value,
            "step": self.walk.step.value if self.walk and not is_set_up else None,
            "server": profile.server.host or None if profile else None,
            "last_good": _iso(self.runs.last_good),
            "last_run": _iso(self.runs.last),
            "last_result": self.runs.result if self.runs.last else None,
            "waiting_since": _iso(self.waiting_since),
            "stale": self.upcoming.is_stale(self.runs.last_good, _now()),
            "advice": self.advice,
        }


def all_of_them() -> list[BackupState]:
    """Every backup on this computer, by name.

    Raises:
        Failure: as for `profiles.names`.
    """
    return list(map(of, profiles.names()))


def of(name: str) -> BackupState:
    """One backup; one whose settings can't be read is `UNREADABLE`, and nothing is raised."""
    kept = record.read(name)
    try:
        walk = steps.begin(profiles.load(name))
    except Failure as failure:
        from wizard import trouble  # most can be read, and the list is there sooner

        told = trouble.explain(failure)
        why = f"{told.what.rstrip('.')}. {told.to_do}"
        return BackupState(name=name, state=State.UNREADABLE, runs=kept, why=why)
    since = steps.reached_since(name) if walk.step in {Step.HAND_OVER, Step.FINISH} else None
    ahead = upcoming.of(walk.profile, since if walk.step is Step.FINISH else None, kept)
    runs, never_sent = record.without_elsewhere(kept, walk.profile), record.about_never_sent(kept, walk.profile)
    return BackupState(
        name=name,
        state=_state(walk, runs, ahead, is_all_sent=not never_sent),
        walk=walk,
        runs=runs,
        waiting_since=since if walk.step is Step.HAND_OVER else None,
        upcoming=ahead,
        may_be_renamed=not why_not_renamed(walk, runs),
        tested=tested.of(name, ahead, runs.last_good) if walk.step is Step.FINISH else Tested(),
        never_sent=never_sent,
    )


def begun(action: Action, walk: Walk) -> Walk:
    """The walk with which an action begins."""
    return steps.change(walk, _AT[action]) if action in _AT and walk.step is not _AT[action] else walk


def changeable(walk: Walk) -> list[Step]:
    """The steps whose decisions can be changed by now."""
    wanted = (Step.FOLDERS, Step.SERVER, Step.SCHEME, Step.VERSIONS, Step.KEY, Step.SCHEDULE)
    return [step for step in wanted if steps.can_jump(walk, step)]


def why_not_renamed(walk: Walk, runs: record.Record) -> str:
    """Why a backup has to keep its name, or an empty text."""
    name, order = walk.profile.name, list(Step)
    is_known_there = order.index(walk.reached) >= order.index(Step.HAND_OVER) or handed_over.was(name) or runs.last
    if not is_known_there:
        return ""
    return _(
        "The server's folder for this backup and its key are called “{name}”, so its name can't change any more."
        " You can set up a new backup with another name."
    ).format(name=name)


def _state(walk: Walk, runs: record.Record, ahead: Upcoming, *, is_all_sent: bool) -> State:
    if runs.result == "unfinished" and profile_lock.is_held_elsewhere(walk.profile.name):
        return State.RUNNING
    if walk.step is Step.HAND_OVER:
        return State.WAITING
    if walk.step is not Step.FINISH:
        return State.UNFINISHED
    match runs.result:
        case "unfinished":
            return State.INTERRUPTED
        case "failed":
            return State.FAILED
        case "incomplete":
            return State.INCOMPLETE
    if ahead.is_stale(runs.last_good, _now()):
        return State.STALE
    return State.READY if is_all_sent else State.INCOMPLETE


def _ago(moment: datetime) -> str:
    return display.ago((_now() - moment).total_seconds())


def _now() -> datetime:
    return datetime.now(UTC)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
