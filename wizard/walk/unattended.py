"""The walk without anybody: from a whole profile to a practice run's result, by the steps' descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import trouble
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.server import kept_facts
from wizard.server.receipts import as_asked
from wizard.storage import profiles
from wizard.text.language import _, ngettext
from wizard.walk import description, steps
from wizard.walk.context import WalkContext
from wizard.walk.description import May, MayIfConfirmed, MayNot
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.client.session import Session
    from wizard.profile import Profile

_AS_DECIDED = _("As your admin answered: account “{user}”, folder “{folder}”.")
_TRYING = (Step.SECURITY_CHECK, Step.DRY_RUN)


async def walk(profile: Profile, session: Session) -> int:
    """Take all steps with what a whole profile says; the exit code is 1 where something is open or files failed.

    Raises:
        Failure: a step can't be passed; `WAITING_FOR_ADMIN` while the server does not let us in.
    """
    profile = await prepare(profile, session)
    await require_let_in(profile, session)
    return await prove(replace(profile, adopting=""), session)


async def prepare(profile: Profile, session: Session) -> Profile:
    """Decide all as the profile says: it is kept, the server recognised, the key made; returns it as it is kept.

    Raises:
        Failure: a step can't be passed.
    """
    if missing := steps.undecided(profile):
        raise Failure(Kind.UNDECIDED, missing)
    await take(profile, session, [Step.WELCOME, Step.FOLDERS, Step.SERVER])
    profiles.require_distinct(profile.name)
    session.hold(profile.name)
    profile = keep(profile)
    count = len(profile.folders)
    counted = ngettext("Backup “{name}”: {count} folder to {host}", "Backup “{name}”: {count} folders to {host}", count)
    say(counted.format(name=profile.name, count=count, host=profile.server.host))
    await take(profile, session, [Step.FINGERPRINT, Step.SCHEME, Step.VERSIONS, Step.KEY])
    return profile


async def require_let_in(profile: Profile, session: Session) -> None:
    """Sign in for real.

    Raises:
        Failure: `WAITING_FOR_ADMIN` if the server refuses the key, `SERVER_UNVERIFIED` while nobody has confirmed its
            fingerprint; the step is kept, so that a later run goes on.
    """
    steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))
    try:
        await take(profile, session, [Step.HAND_OVER])
    except Failure as failure:
        raise awaited(failure, profile) from None


async def prove(profile: Profile, session: Session) -> int:
    """Do the security check and the practice run; return the exit code.

    Raises:
        Failure: they can't be done.
    """
    exit_code = max(await take(profile, session, _TRYING), await take(profile, session, [Step.SCHEDULE]))
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    return exit_code


async def take(profile: Profile, session: Session, wanted: Iterable[Step]) -> int:
    """Take those of the steps that apply; returns 1 where the result of one is not as good as it can be.

    Raises:
        Failure: one of them can't be passed.
    """
    context, exit_code = WalkContext(session, tell=say, is_attended=False), 0
    for step in wanted:
        if step not in steps.applicable(profile):
            continue
        about = description.of(step)
        found = await about.look(profile, context, None)
        for text in about.told(profile, found) if step in _TRYING else ():
            say(text)
        match about.may_pass(profile, found, {}):
            case May(words):
                if words and step is not Step.FOLDERS:  # what is not included is for whoever chooses
                    say(f"  ✓ {words}")
            case MayIfConfirmed():
                pass  # whoever wrote the profile has confirmed its scheme; what is open, the exit code tells
            case MayNot() as refused:
                raise refused.as_failure
        works = await about.try_out(profile, found, {}, context)
        if isinstance(works, MayNot):
            raise works.as_failure
        if works.words:
            say(works.words)
        await about.settle(profile, found, {}, context)
        is_good = about.is_good(profile, found) and isinstance(works, May)
        exit_code = exit_code if is_good else 1
    return exit_code


def awaited(failure: Failure, profile: Profile) -> Failure:
    """The failure; while the admin has still to act, a refused key or an unconfirmed server is what is waited for."""
    if not steps.is_handed_over(profile):
        return failure
    if failure.kind is Kind.HOST_KEY_UNKNOWN:
        return Failure(Kind.SERVER_UNVERIFIED, profile.server.host, failure.raw)
    told = trouble.explain(failure, profile)
    # Whoever has nothing to back up yet may have rsync's service off; once it let us in, it is down.
    is_off = told.kind is Kind.DAEMON_CLOSED and not kept_facts.was_let_in(profile)
    if told.waits_for_admin or is_off:
        return Failure(Kind.WAITING_FOR_ADMIN, profile.server.host, failure.raw)
    return failure


def keep(profile: Profile) -> Profile:
    """Save the profile, unless another one of that name is there; what the admin has answered meanwhile stays.

    Raises:
        Failure: `PROFILE_DIFFERS`.
    """
    known = as_known(profile)
    if profiles.exists(profile.name) and profiles.load(profile.name) != known:
        raise Failure(Kind.PROFILE_DIFFERS, profile.name)
    if (profile.server.user, profile.server.root) != (known.server.user, known.server.root):
        say(_AS_DECIDED.format(user=known.server.user, folder=known.server.root))
    profiles.save(known)
    return known


def as_known(profile: Profile) -> Profile:
    """What a file says, with what the admin has answered and the server's confirmed keys since it was read first."""
    if not profiles.exists(profile.name):
        return profile
    kept = profiles.load(profile.name)
    if not kept.adopting:  # it has taken the backup over by now
        profile = replace(profile, adopting="")
    if as_asked.is_of(profile, kept):
        return kept
    if profile.server.host_keys:
        return profile
    return replace(profile, server=replace(profile.server, host_keys=kept.server.host_keys))
