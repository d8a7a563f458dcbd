"""The walk without anybody: from a whole profile to a dry run's result, in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import console, paths, profiles, schemes, trouble
from wizard.client.keys import daemon_password, protected_key
from wizard.console import say
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.running import record, report, transfer
from wizard.server import locks
from wizard.server.reaching import host_trust, sign_in
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from wizard.client.session import Session
    from wizard.profile import Profile


async def walk(profile: Profile, session: Session) -> int:
    """Walk all steps that a whole profile leaves; the exit code is 0, or 1 where a lock is open or files failed.

    Raises:
        Failure: a step can't be done; `WAITING_FOR_ADMIN` while the server does not let us in.
    """
    await prepare(profile, session)
    await require_let_in(profile, session)
    return await prove(profile, session)


async def prepare(profile: Profile, session: Session) -> None:
    """All up to the hand-over: the profile kept, the server recognised, the key made.

    Raises:
        Failure: a step can't be done.
    """
    if missing := steps.undecided(profile):
        raise Failure(Kind.UNDECIDED, missing)
    transfer.require_sources(profile)
    profiles.require_distinct(profile.name)
    session.hold(profile.name)
    keep(profile)
    count = len(profile.folders)
    say(f"Backup “{profile.name}”: {count} {'folder' if count == 1 else 'folders'} to {profile.server.host}")
    if schemes.of(profile).uses_ssh:
        await host_trust.establish(profile)
        say("  ✓ the server shows a fingerprint that was confirmed")
        made = not profile.key_path.exists()
        protected_key.ensure(profile)
        say(f"  ✓ the key {paths.shown(profile.key_path)} {'was made' if made else 'is there'}")
    daemon_password.ensure(profile)
    await session.access(profile)


async def require_let_in(profile: Profile, session: Session) -> None:
    """Sign in for real.

    Raises:
        Failure: `WAITING_FOR_ADMIN` if the server refuses the key; the step is kept, so that a later run goes on.
    """
    steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))
    try:
        await sign_in.attempt(profile, await session.access(profile))
    except ProgramFailed as failure:
        raise awaited(failure, profile) from None
    say("  ✓ the server lets this computer in")


def awaited(failure: Failure, profile: Profile) -> Failure:
    """The failure; a refusal while the admin has still to act is `WAITING_FOR_ADMIN`."""
    if steps.is_handed_over(profile) and trouble.explain(failure, profile).waits_for_admin:
        return Failure(Kind.WAITING_FOR_ADMIN, profile.server.host, failure.raw)
    return failure


async def prove(profile: Profile, session: Session) -> int:
    """Try the locks, then do the dry run; return the exit code.

    Raises:
        Failure: they can't be done.
    """
    access = await session.access(profile)
    findings = []
    async for found in locks.check(profile, access, expects_backup=not record.is_first(profile)):
        findings.append(found)
        say(console.finding(found))
    verdict = locks.verdict(findings)
    say(console.verdict(findings))
    if verdict == "open":
        say(f"\nWords for the admin:\n\n{locks.letter(profile, findings)}\n")
    result = await report.dry_run(profile, access)
    say(console.dry_run(result))
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    return 1 if verdict != "locked" or result.exit_code else 0


def keep(profile: Profile) -> None:
    """Save the profile, unless another one of that name is there.

    Raises:
        Failure: `PROFILE_DIFFERS`.
    """
    if profiles.exists(profile.name) and profiles.load(profile.name) != profile:
        raise Failure(Kind.PROFILE_DIFFERS, profile.name)
    profiles.save(profile)
