"""The steps of the walk: their order, which apply, what each still lacks, and where to go on."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client import computer
from wizard.failure import Failure
from wizard.profile import Profile
from wizard.server.reaching import shown_keys
from wizard.storage import files, paths, profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.client.session import Session
    from wizard.profile import Adopting


class Step(StrEnum):
    """The steps, in the order of the walk."""

    WELCOME = "welcome"
    FOLDERS = "folders"
    SERVER = "server"
    FINGERPRINT = "fingerprint"
    SCHEME = "scheme"
    VERSIONS = "versions"
    KEY = "key"
    HAND_OVER = "hand-over"
    SECURITY_CHECK = "security-check"
    DRY_RUN = "dry-run"
    SCHEDULE = "schedule"
    FINISH = "finish"


TITLES = {
    Step.WELCOME: _("Welcome"),
    Step.FOLDERS: _("Folders"),
    Step.SERVER: _("Server"),
    Step.FINGERPRINT: _("Fingerprint"),
    Step.SCHEME: _("Sign in"),
    Step.VERSIONS: _("Older versions"),
    Step.KEY: _("Key"),
    Step.HAND_OVER: _("Ask your admin"),
    Step.SECURITY_CHECK: _("Security check"),
    Step.DRY_RUN: _("Practice run"),
    Step.SCHEDULE: _("Schedule"),
    Step.FINISH: _("Finish"),
}

_HOST_KEYS = "server.host_keys"
_SSH_STEPS = {Step.FINGERPRINT, Step.KEY}


class Walk(msgspec.Struct, frozen=True):
    """Where a person is: the profile so far, the step shown, and the furthest step reached.

    `changes` is the step that is decided again, or repeated, after others were decided: from there, only the steps that
    the change concerns are shown. `was_finished` is whether all was decided when that began.
    """

    profile: Profile
    step: Step = Step.WELCOME
    reached: Step = Step.WELCOME
    changes: Step | None = None
    was_finished: bool = False


def applicable(profile: Profile) -> list[Step]:
    """The steps that this profile goes through, in order."""
    if schemes.of(profile).uses_ssh:
        return list(Step)
    return [step for step in Step if step not in _SSH_STEPS]


def lacks(profile: Profile, step: Step) -> str:
    """The setting that the step has still to decide, as a profile file names it (`server.host`), or an empty text.

    A backup goes no further than a step that lacks something, one that was set up by an older version included.
    """
    match step:
        case Step.FOLDERS:
            return "" if profile.folders else "folders"
        case Step.SERVER:
            return "server.host" if not profile.server.host else "server.user" if not profile.server.user else ""
        case Step.FINGERPRINT if not (shown_keys.is_verified(profile) or shown_keys.of(profile)):
            return _HOST_KEYS
        case Step.HAND_OVER if not shown_keys.is_verified(profile):  # who went on unverified gets this far
            return _HOST_KEYS
    return ""


def undecided(profile: Profile) -> str:
    """The first setting that the profile lacks, beside the fingerprint, for which the admin is asked."""
    return next((key for step in Step if (key := lacks(profile, step)) not in {"", _HOST_KEYS}), "")


def begin(profile: Profile) -> Walk:
    """A walk that starts, or goes on at the step that was reached when it was left."""
    reached = _recorded(profile.name)
    return Walk(profile, _furthest(profile, reached), _furthest(profile, reached))


def take(walk: Walk, session: Session) -> Walk:
    """The walk with its backup held for this session, as it is by now if another program has changed it.

    Raises:
        Failure: `PROFILE_IN_USE`, or the profile can't be read.
    """
    name = walk.profile.name
    if not profiles.exists(name):
        return walk
    session.hold(name)
    now = profiles.load(name)
    return walk if now == walk.profile else begin(now)


def new(adopting: Adopting = "") -> Walk:
    """A walk for a new backup, named after this computer; or for one that is on a server already."""
    base = computer.name()
    names = (base, *(f"{base}-{number}" for number in range(2, 1000)))
    return Walk(Profile(name=next(name for name in names if not profiles.exists(name)), adopting=adopting))


def forward(walk: Walk, decided: Profile) -> Walk:
    """The walk after its step was decided; what the change makes untrue further on has to be walked again."""
    order = applicable(decided)
    here = order.index(walk.step)
    # A change to ssh brings in a step that was passed over.
    passed_over = next((step for step in order[:here] if lacks(decided, step)), None)
    following = passed_over or order[min(here + 1, len(order) - 1)]
    reached = min(_still_true(walk, decided), _furthest(decided, order[-1]), key=order.index)
    if walk.changes and not passed_over:
        following = max(following, reached, key=order.index)
        if following is Step.SCHEDULE and walk.was_finished:  # nothing else concerns it
            following = Step.FINISH
    changes = None if following is order[-1] else walk.changes
    was_finished = walk.was_finished and changes is not None
    return Walk(decided, following, max(following, reached, key=order.index), changes, was_finished)


def again(walk: Walk, decided: Profile) -> Walk:
    """The walk at the same step after something else was decided there; what that makes untrue is walked again."""
    return msgspec.structs.replace(walk, profile=decided, reached=_still_true(walk, decided))


def back(walk: Walk) -> Walk:
    """The walk one step earlier, with nothing checked and nothing lost; from a change, it is where that began."""
    order = applicable(walk.profile)
    if walk.changes and walk.step is not walk.changes:
        return msgspec.structs.replace(walk, step=walk.changes)
    if walk.changes and order.index(walk.reached) > order.index(walk.step):
        return msgspec.structs.replace(walk, step=walk.reached, changes=None, was_finished=False)
    return msgspec.structs.replace(walk, step=order[max(order.index(walk.step) - 1, 0)])


def jump(walk: Walk, step: Step) -> Walk:
    """The walk at a step reached before; one further on is refused by staying. From the summary, it is a change."""
    if not can_jump(walk, step):
        return walk
    return change(walk, step) if walk.step is Step.FINISH else msgspec.structs.replace(walk, step=step)


def change(walk: Walk, step: Step) -> Walk:
    """The walk at a step that is decided again, or repeated; it leads back to the furthest step that is still true."""
    was_finished = walk.was_finished or walk.reached is Step.FINISH
    return msgspec.structs.replace(walk, step=step, changes=step, was_finished=was_finished)


def can_jump(walk: Walk, step: Step) -> bool:
    """Whether the step applies and was reached before."""
    order = applicable(walk.profile)
    return step in order and order.index(step) <= order.index(walk.reached)


def record(walk: Walk) -> None:
    """Save the profile and the step reached.

    Raises:
        Failure: a folder can't be written to.
    """
    order = list(Step)
    if order.index(walk.reached) < order.index(_recorded(walk.profile.name)):
        # Cut off between the two, a step that a changed profile has made untrue must not be what is found.
        _note(walk)
    profiles.save(walk.profile)
    _note(walk)
    if walk.reached is Step.FINISH:
        from wizard.server import handed_over

        handed_over.settle(walk.profile.name)


def record_undecided(step: Step, profile: Profile) -> None:
    """Save a profile whose step is at work: cut off there, the walk goes on with that step.

    Raises:
        Failure: a folder can't be written to.
    """
    record(Walk(profile, step, step))


def _note(walk: Walk) -> None:
    folder = files.private_folder(paths.walk_state(walk.profile.name))
    files.replace(folder / "step", f"{walk.reached}\n".encode())


def is_handed_over(profile: Profile) -> bool:
    """Whether the walk was left with the admin to act, and no server has let it in since."""
    return _recorded(profile.name) is Step.HAND_OVER


def reached_since(name: str) -> datetime | None:
    """When the step that was reached was reached, as far as that is known."""
    try:
        return datetime.fromtimestamp((paths.walk_state(name) / "step").stat().st_mtime, UTC)
    except OSError:
        return None


def _recorded(name: str) -> Step:
    try:
        return Step(files.read(paths.walk_state(name) / "step").decode().strip())
    except (OSError, ValueError):  # a lost or foreign note costs a few key presses, so the walk starts over
        return Step.WELCOME


def _furthest(profile: Profile, wanted: Step) -> Step:
    order = applicable(profile)
    for step in order:
        if step == wanted or lacks(profile, step):
            return step
    return order[0]


def _still_true(walk: Walk, decided: Profile) -> Step:
    before, order = walk.profile, applicable(decided)
    reached = walk.reached if walk.reached in order else Step.SCHEME
    if msgspec.structs.replace(before, schedule=decided.schedule) == decided or order.index(reached) <= order.index(
        Step.HAND_OVER
    ):
        return reached
    if not schemes.of(before).uses_ssh and schemes.of(decided).uses_ssh:
        return Step.KEY
    is_same_server = before.server.host_keys == decided.server.host_keys
    if is_same_server and _asked(before) == _asked(decided) != "":
        return min(reached, Step.DRY_RUN, key=order.index)
    return Step.HAND_OVER


def _asked(profile: Profile) -> str:
    """What tells the text for the server's admin from another, or nothing where that can't be known here."""
    from wizard.client import access  # imported when something changes: it would slow down every start
    from wizard.server import handed_over

    try:
        return handed_over.text_digest(profile, access.facts(profile))
    except Failure:
        return ""
