"""The security check: everything that the key must not do is tried, without harm, over one sign-in."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.schemes.security_checks import ADMITTED, HOST_KEY, TOLD_BY_SSH, UNTESTABLE
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
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.schemes.base import Refusal
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
    "refusals",
    "verdict",
    "why_untested",
]

# What says that the server may be another than the one that was confirmed.
ANOTHER_SERVER = frozenset({Kind.HOST_KEY_CHANGED, Kind.HOST_KEY_TYPE, Kind.RECEIPT_DIFFERS})

_NOT_LET_IN = N_("That proves nothing until the server allows the backup itself.")


async def check(profile: Profile, access: Access, *, expects_backup: bool = False) -> AsyncGenerator[Finding]:
    """Try every door that the scheme says is shut, each told as it becomes known; the first is the backup's own.

    `expects_backup` is whether this backup has come to a good end before.

    Raises:
        Failure: the sign-in could not be tried.
    """
    from wizard.server.locks import fixes
    from wizard.server.locks.probe_session import answered

    doors = refusals(profile)
    setup = schemes.of(profile).server_setup(profile, access.facts, kept_facts.known(profile))
    try:
        async with _probe_session(profile, access, expects_backup) as session, _begun(doors, session) as begun:
            is_let_in = False
            for door in doors:
                answer = await (begun.get(door.id) or answered(_probe(door), session))
                if door.id == ADMITTED.id:
                    is_let_in = answer.held is True
                elif answer.held and not is_let_in and door.id not in TOLD_BY_SSH:
                    answer = untested(answer.detail, _(_NOT_LET_IN))
                fix = fixes.fix(door, setup) if answer.held is False else ""
                yield Finding(door.id, door.title, answer.held, answer.testable, answer.detail, fix)
    except Failure as failure:
        if failure.kind is not Kind.KEY_UNUSABLE:
            raise
        for door in doors:
            not_tested = _("Not tested: only ssh itself can use this kind of key.")
            yield Finding(door.id, door.title, None, True, not_tested)


def of_another_server(profile: Profile, detail: str, fix: str) -> list[Finding]:
    """What is found where the server is not the one that was confirmed, so that nothing was sent to it."""
    not_tested = _("Not tested: nothing is sent to a server that may be the wrong one.")
    return [
        Finding(door.id, door.title, False, True, detail, fix)
        if door.id == HOST_KEY.id
        else Finding(door.id, door.title, None, door.id not in UNTESTABLE, not_tested)
        for door in refusals(profile)
    ]


def refusals(profile: Profile) -> tuple[Refusal, ...]:
    """What `check` will try, with titles in the person's language."""
    doors = schemes.of(profile).must_refuse(profile)
    return tuple(msgspec.structs.replace(door, title=_(door.title)) for door in doors)


def letter(profile: Profile, findings: Sequence[Finding]) -> str:
    """What to send to the admin about the doors that are open."""
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
        yield ProbeSession(profile, connection, RsyncRunner(profile, access, connection), expects_backup)
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def _begun(
    doors: Sequence[Refusal], session: ProbeSession
) -> AsyncIterator[dict[str, asyncio.Task[ProbeResult]]]:
    from wizard.server.locks import changing, folder, service
    from wizard.server.locks.probe_session import answered

    # A daemon keeps nobody waiting for another, and takes its time to refuse: there the probes run side by side.
    side_by_side = schemes.of(session.profile).uses_module
    probes = folder.PROBES | changing.PROBES | service.PROBES if side_by_side else {}
    begun = {door.id: asyncio.create_task(answered(probes[door.id], session)) for door in doors if door.id in probes}
    try:
        yield begun
    finally:
        for task in begun.values():
            task.cancel()
        await asyncio.gather(*begun.values(), return_exceptions=True)


def _probe(door: Refusal) -> Probe:
    from wizard.server.locks import admission, changing, folder, requests, service, sessions

    probes = admission.PROBES | sessions.PROBES | requests.PROBES | folder.PROBES | changing.PROBES | service.PROBES
    return probes.get(door.id, _no_probe)


async def _no_probe(session: ProbeSession) -> ProbeResult:
    return untestable(_("This can't be tested from here."))
