"""The security check: everything that the key must not do is tried, without harm, over one sign-in."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.schemes.security_checks import HOST_KEY, PLACES, TOLD_BY_SSH, UNTESTABLE
from wizard.server import kept_facts
from wizard.server.locks.evidence import untestable, untested
from wizard.server.locks.finding import (
    Finding,
    Verdict,
    opens_by_password_alone,
    opens_everything,
    verdict,
    why_untested,
)
from wizard.server.reaching import which_line
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.schemes.base import SecurityCheck
    from wizard.schemes.setup import ServerSetup
    from wizard.server.locks.evidence import ProbeResult
    from wizard.server.locks.probe_session import Probe, ProbeSession

__all__ = [
    "ANOTHER_SERVER",
    "Finding",
    "Verdict",
    "check",
    "letter",
    "of_another_server",
    "opens_by_password_alone",
    "opens_everything",
    "planned",
    "verdict",
    "why_untested",
]

# What says that the server may be another than the one that was confirmed.
ANOTHER_SERVER = frozenset({Kind.HOST_KEY_CHANGED, Kind.HOST_KEY_TYPE, Kind.RECEIPT_DIFFERS})

_NOT_LET_IN = N_("That proves nothing until the server allows the backup itself.")


async def check(profile: Profile, access: Access, *, expects_backup: bool = False) -> AsyncGenerator[Finding]:
    """Try everything that the scheme has checked, each told as it becomes known; the first is the backup itself.

    `expects_backup` is whether this backup has come to a good end before.

    Raises:
        Failure: the sign-in could not be tried.
    """
    from wizard.server.locks import checked

    setup = schemes.of(profile).server_setup(profile, access.facts, kept_facts.known(profile))
    checks, findings = planned(profile), list[Finding]()
    async with aclosing(try_all(profile, access, checks, probes(), setup, expects_backup=expects_backup)) as tried:
        async for finding in tried:
            findings.append(finding)
            if len(findings) == len(checks) and any(one.held is not None for one in findings):
                checked.note(profile.name, verdict(findings))
            yield finding


async def try_all(
    profile: Profile,
    access: Access,
    checks: Sequence[SecurityCheck],
    known: Mapping[str, Probe],
    setup: ServerSetup,
    *,
    expects_backup: bool = False,
) -> AsyncGenerator[Finding]:
    """Try those checks by the probes that are known for them; the first is what has to be let in.

    `setup` is what was handed over, from which it is told what to change.

    Raises:
        Failure: the sign-in could not be tried.
    """
    from wizard.server.locks import fixes
    from wizard.server.locks.probe_session import answered

    try:
        async with _probe_session(profile, access, expects_backup) as session, _begun(checks, session) as begun:
            is_let_in, met = False, session.profile
            setup = which_line.first_in(setup, met)
            concerned = checks if met is profile else _of_line(checks, met)
            for one in checks:
                if one not in concerned:
                    yield Finding(one.id, one.title, None, False, which_line.in_words(profile, met))
                    continue
                answer = await (begun.get(one.id) or answered(known.get(one.id, _no_probe), session))
                if one is checks[0]:
                    is_let_in = answer.held is True
                elif answer.held and not is_let_in and one.id not in TOLD_BY_SSH:
                    answer = untested(answer.detail, _(_NOT_LET_IN))
                fix = fixes.fix(one, setup) if answer.held is False else ""
                yield Finding(one.id, one.title, answer.held, answer.testable, answer.detail, fix)
    except Failure as failure:
        if failure.kind not in {Kind.KEY_UNUSABLE, Kind.SSH_UNSUPPORTED}:
            raise
        not_tested = (
            _("Not tested: only ssh itself can use this kind of key.")
            if failure.kind is Kind.KEY_UNUSABLE
            else _("Can't be tested: only ssh itself knows an encryption method that this server accepts.")
        )
        for one in checks:
            yield Finding(one.id, one.title, None, True, not_tested)


def _of_line(checks: Sequence[SecurityCheck], met: Profile) -> list[SecurityCheck]:
    """Those that concern the line which was met; in place of the others it is told which one that was."""
    concerned = {one.id for one in schemes.of(met).security_checks(met)} - {PLACES.id}
    return [one for one in checks if one.id in concerned]


def of_another_server(profile: Profile, detail: str, fix: str) -> list[Finding]:
    """What is found where the server is not the one that was confirmed, so that nothing was sent to it."""
    not_tested = _("Not tested: nothing is sent to a server that may be the wrong one.")
    return [
        Finding(one.id, one.title, False, True, detail, fix)
        if one.id == HOST_KEY.id
        else Finding(one.id, one.title, None, one.id not in UNTESTABLE, not_tested)
        for one in planned(profile)
    ]


def planned(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What `check` will try, with titles in the person's language."""
    return in_words(schemes.of(profile).security_checks(profile))


def in_words(checks: Sequence[SecurityCheck]) -> tuple[SecurityCheck, ...]:
    """The same with titles in the person's language."""
    return tuple(msgspec.structs.replace(one, title=_(one.title)) for one in checks)


def letter(profile: Profile, findings: Sequence[Finding]) -> str:
    """What to send to the admin about what is open."""
    from wizard.server.locks import fixes

    return fixes.letter(profile, findings)


@contextlib.asynccontextmanager
async def _probe_session(profile: Profile, access: Access, expects_backup: bool) -> AsyncIterator[ProbeSession]:
    from wizard.server.locks.probe_session import ProbeSession
    from wizard.server.locks.rsync_runner import RsyncRunner

    if not schemes.of(profile).uses_ssh:
        yield ProbeSession(profile, None, RsyncRunner(profile, access, None), expects_backup)
        return
    from wizard.client.ssh.connection import Connection

    connection = await in_background(lambda: Connection.open(profile, access))
    try:
        met = await in_background(lambda: which_line.over(connection, profile, access.facts))
        yield ProbeSession(met, connection, RsyncRunner(met, access, connection), expects_backup)
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def _begun(
    checks: Sequence[SecurityCheck], session: ProbeSession
) -> AsyncIterator[dict[str, asyncio.Task[ProbeResult]]]:
    from wizard.server.locks import changing, folder, service
    from wizard.server.locks.probe_session import answered

    # A daemon keeps nobody waiting for another, and takes its time to refuse: there these probes run side by side.
    side_by_side = schemes.of(session.profile).uses_module
    known = folder.PROBES | changing.PROBES | service.PROBES if side_by_side else {}
    begun = {one.id: asyncio.create_task(answered(known[one.id], session)) for one in checks if one.id in known}
    try:
        yield begun
    finally:
        for task in begun.values():
            task.cancel()
        await asyncio.gather(*begun.values(), return_exceptions=True)


def probes() -> dict[str, Probe]:
    """All probes, by the ids of their checks; a module with more of them is listed here."""
    from wizard.server.locks import changing, folder, own_request, requests, service, sessions

    modules = (own_request, sessions, requests, folder, changing, service)
    return {id: probe for module in modules for id, probe in module.PROBES.items()}


async def _no_probe(session: ProbeSession) -> ProbeResult:
    return untestable(_("This can't be tested from here."))
