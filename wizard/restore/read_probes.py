"""What is tried with a key or a password that is for reading alone: that it reads, and that it does nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.restore import versions
from wizard.schemes import reading, security_checks
from wizard.schemes.parts.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.server import destination, kept_facts, locks
from wizard.server.locks import folder, requests, service, sessions
from wizard.server.locks.asking import a_folder
from wizard.server.locks.evidence import (
    DRY_RUN,
    READ_ONLY,
    ProbeResult,
    is_open,
    refused,
    shut,
    starts_rsync,
    untested,
)
from wizard.server.locks.requests import LINES
from wizard.server.locks.wording import quoted
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wizard.client.access import Access
    from wizard.client.keys.reading_key import Asked
    from wizard.profile import Profile
    from wizard.server.locks import Finding
    from wizard.server.locks.probe_session import Probe, ProbeSession

_READING = "--server --sender -lHtprSe.iLsfxCIvu --timeout=120 ."
_WRITING = "--server -lHtprSe.iLsfxCIvu"
_OTHERS = ("/", "/etc/passwd", "..", "../..")
_STARTED = N_("The server started rsync for it.")
_ASKED_TO_WRITE = N_("Asked to write to the backup, without naming a file.")
_ASKED_TO_DELETE = N_("Asked to delete, with nothing to delete.")


async def check(profile: Profile, reader: Profile, access: Access, asked: Asked) -> AsyncGenerator[Finding]:
    """Try all that the second key or password of a backup could do, each told as it becomes known; reading comes first.

    Raises:
        Failure: the sign-in could not be tried.
    """
    setup = reading.setup(profile, access.facts, kept_facts.known(profile), asked.expires)
    checks = locks.in_words(reading.checks(profile))
    async for finding in locks.try_all(reader, access, checks, PROBES, setup):
        yield finding


async def _reads(session: ProbeSession) -> ProbeResult:
    """That a restore's dry run is let in, and finds this backup's own marker."""
    asked = _("Asked for this backup's marker files, as a restore would.")
    own, common = (path.name for path in destination.markers(session.profile.name))
    rules = (f"--include=/{MARKER_NAME}", f"--include=/{OWN_MARKER_PREFIX}*", "--exclude=*")
    called = await session.in_time(lambda: session.runner.as_restore(*rules))
    if called.exit_code:
        return untested(asked, quoted(called.printed), _("Fix this first."))
    found = {entry.path for entry in called.entries}
    if own in found:
        return shut(DRY_RUN, asked, _("The server allowed it, and they are this backup's."))
    if common in found:
        return is_open(asked, _("The server opens a folder with another computer's backup instead."))
    return untested(asked, _("The folder that the server opens contains none of this backup."))


async def _read_others(session: ProbeSession) -> ProbeResult:
    """Of the daemon behind the line, a path outside; and of the line itself, a path by rsync's own request."""
    if session.connection is not None:
        for path in _OTHERS:
            answer = await _by_request(session, _("Asked to read {path}.").format(path=path), f"{_READING} {path}")
            if not answer.held:
                return answer
    return await folder.PROBES["read-outside"](session)


async def _write(session: ProbeSession) -> ProbeResult:
    return await _refused_to_change(session, _(_ASKED_TO_WRITE))


async def _remove(session: ProbeSession) -> ProbeResult:
    return await _refused_to_change(session, _(_ASKED_TO_DELETE), "--delete")


async def _refused_to_change(session: ProbeSession, asked: str, *options: str) -> ProbeResult:
    if session.connection is not None:
        answer = await _by_request(session, asked, " ".join((_WRITING, *options, ". .")))
        if not answer.held:
            return answer
    with a_folder() as empty:
        # Into a folder that isn't there: even if it were done in earnest, nothing would be in its way.
        target = f"{OWN_MARKER_PREFIX}check/"
        sources = (f"{empty}/",)
        called = await session.rsync("-nr", *options, sources=sources, target=target)
        if called.exit_code and session.profile.versions.are_kept:
            runner = replace(session.runner, profile=reading.of_versions(session.profile))
            of_versions = await session.in_time(lambda: runner.module("-nr", *options, sources=sources, target=target))
            if not versions.are_none(of_versions.printed):
                called = of_versions
    if called.exit_code == 0:
        return is_open(asked, _("The server would have done it."))
    return refused(asked, called.printed, READ_ONLY)


async def _by_request(session: ProbeSession, asked: str, words: str) -> ProbeResult:
    """What becomes of a request past the daemon, for an rsync of its own."""
    reply = await session.request(f"rsync {words}")
    return is_open(asked, _(_STARTED)) if starts_rsync(reply) else refused(asked, reply.complaint, *LINES)


PROBES: dict[str, Probe] = {
    **requests.PROBES,
    **sessions.PROBES,
    **service.PROBES,
    security_checks.READS.id: _reads,
    security_checks.READ_OTHERS.id: _read_others,
    security_checks.WRITE.id: _write,
    security_checks.REMOVE.id: _remove,
}
