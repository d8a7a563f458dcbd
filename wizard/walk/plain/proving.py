"""The steps in which the server answers: the hand-over, the proof, the practice run, the end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import console, files, paths, trouble
from wizard.client import access
from wizard.client.keys import daemon_password
from wizard.console import say
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.running import record, report
from wizard.server import exports, handed_over, locks
from wizard.server.by_password import install
from wizard.server.reaching import host_trust, sign_in
from wizard.trouble import diagnose
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.session import Session
    from wizard.profile import Profile

_SAVE = "s"
_INSTALL = "i"


def hand_over(profile: Profile, session: Session) -> Profile:
    """Show the text for the admin, and look for the server's answer whenever the person wishes."""
    daemon_password.ensure(profile)
    client = access.facts(profile)
    message = exports.export(profile, client, "text")
    handed_over.keep(profile, client)
    say("Send this to the server's admin. It begins and ends with a line of dashes.")
    say(f"{'-' * 40}\n{message.rstrip()}\n{'-' * 40}")
    asyncio.run(host_trust.establish(profile))
    choices = f"Enter looks again, {_SAVE} saves the text to a file"
    if install.is_offered(profile):
        choices += f", {_INSTALL} does it for you if you have the account's password"
    found = None
    say("Looking whether the server lets this computer in …")
    while refusal := _refusal(profile, session):
        say("The server does not let this computer in yet: the admin has to act. Ctrl+D leaves; all is kept.")
        if found is None:  # once: a server may count the tries
            found = asyncio.run(diagnose.ask(refusal, profile)) or Diagnosis()
        if found.sure is not Sure.CANT_TELL:
            say(trouble.explain(refusal, profile, found).found)
        answer = asker.line(choices)
        if answer == _SAVE:
            _save(profile, message)
        elif answer == _INSTALL and install.is_offered(profile):
            _install(profile, session)
    say("The server lets this computer in.")
    return profile


def proof(profile: Profile, session: Session) -> Profile:
    """Try the locks; an open door is gone past only on purpose."""
    say("Trying the doors that must be shut:")
    findings = asyncio.run(_findings(profile, session))
    verdict = locks.verdict(findings)
    say(console.verdict(findings))
    if verdict == "open":
        _warn_of_open_doors(profile, findings)
    return profile


def dry_run(profile: Profile, session: Session) -> Profile:
    """The practice run, which copies nothing."""
    say("Practice run: nothing is copied. This can take a while.")
    say(console.dry_run(asyncio.run(_dry_run(profile, session))))
    asker.pause()
    return profile


def finish(profile: Profile, session: Session, back_up: Callable[[Profile, Session], object] | None) -> Profile:
    """What was set up, the first real backup if it is wanted, and what to run from now on."""
    say(f"“{profile.name}” is set up: {', '.join(profile.folders)} to {profile.server.host}, {profile.destination}")
    say(f"Backups: {record.in_words(profile.name)}.")
    is_first = record.read(profile.name).last_good is None
    if back_up and asker.agrees("Back up now? Ctrl+C stops it, and it goes on from there later", default=is_first):
        back_up(profile, session)
    say("Run these from now on:")
    say(f"  the backup itself:          backup-wizard run {profile.name}")
    say(f"  another practice run:       backup-wizard dry-run {profile.name}")
    say(f"  try the lock again:         backup-wizard check {profile.name}")
    say(f"  take it off this computer:  backup-wizard forget {profile.name}")
    return profile


def _refusal(profile: Profile, session: Session) -> Failure | None:
    """What the server says for as long as the admin has not acted, if it does."""
    try:
        asyncio.run(_sign_in(profile, session))
    except ProgramFailed as failure:
        if trouble.explain(failure, profile).waits_for_admin:
            return failure
        raise
    return None


def _install(profile: Profile, session: Session) -> None:
    """Do the admin's part; whatever goes wrong is told and leaves the server as it was."""
    password = asker.passphrase(f"The password of {profile.server.user} on {profile.server.host} (it is kept nowhere)")
    reached: list[install.InstallStage] = []

    def tell(stage: install.InstallStage) -> None:
        reached.append(stage)
        say(f"  {install.STAGES[stage]} …")

    async def put_in_place() -> None:
        await install.install(profile, await session.access(profile), password, tell)

    try:
        asyncio.run(put_in_place())
    except Failure as failure:
        console.complain(trouble.explain(failure, profile))
        if install.InstallStage.UNDOING in reached and failure.kind is not Kind.NOT_UNDONE:
            say(install.TAKEN_BACK)


async def _sign_in(profile: Profile, session: Session) -> None:
    await sign_in.attempt(profile, await session.access(profile))


async def _findings(profile: Profile, session: Session) -> list[locks.Finding]:
    findings = []
    admitted = await session.access(profile)
    async for found in locks.check(profile, admitted, expects_backup=not record.is_first(profile)):
        say(console.finding(found))
        findings.append(found)
    return findings


async def _dry_run(profile: Profile, session: Session) -> report.Report:
    return await report.dry_run(profile, await session.access(profile))


def _warn_of_open_doors(profile: Profile, findings: list[locks.Finding]) -> None:
    question = "Go on although a door is open?"
    if locks.opens_by_password_alone(findings):
        say(trouble.explain(Failure(Kind.PASSWORD_OPEN), profile).to_do)
        question = "Go on, and leave the password as it is?"
    say(f"Send this to the server's admin:\n{'-' * 40}\n{locks.letter(profile, findings)}\n{'-' * 40}")
    if not asker.agrees(question, default=False):
        raise GoBack


def _save(profile: Profile, message: str) -> None:
    path = files.free(Path.home() / f"backup-wizard-{profile.name}.txt")
    files.create(path, message.encode(), 0o644)
    say(f"Saved as {paths.shown(path)}.")
