"""How rsync is asked what it lets through, without any harm.

Where the server looks at requests, rsync is called for dry runs and lists alone, of which it says what it would do.
One that does the same whatever is asked might run a dry run for real, so there no rsync is ever called: a request with
nothing behind it tells whether an rsync starts, and changes nothing. A line that takes a request exactly is known by
what it says to others; only then its dry run is called.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.server.locks.evidence import ProbeResult, is_open, refused, starts_rsync, untested
from wizard.server.locks.probe_session import ForcedTarget
from wizard.server.locks.requests import LINES, forced_target
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wizard.server.locks.probe_session import ProbeSession

FLAGS = "-Wre.iLsfxCIvu"
_SAME_COMMAND = N_("The server always runs the same rsync command, so this can't be tested from here.")


def same_whatever_is_asked() -> ProbeResult:
    """What is known where the server runs one fixed command, whatever the request says."""
    return untested(_(_SAME_COMMAND))


async def looks_at_requests(session: ProbeSession) -> bool:
    """Whether ssh is in between, and what is behind the key decides by what is asked."""
    return session.connection is not None and await forced_target(session) in (
        ForcedTarget.GUARD,
        ForcedTarget.SHELL,
        ForcedTarget.UNKNOWN,
    )


async def ignores_requests(session: ProbeSession) -> bool:
    """Whether one rsync is started whatever is asked."""
    return session.connection is not None and await forced_target(session) is ForcedTarget.RSYNC


def takes_requests_exactly(session: ProbeSession) -> bool:
    """Whether nothing but a backup's own words is let through, path and all."""
    return schemes.of(session.profile).records_command


async def asked_for_rsync(session: ProbeSession, asked: str, words: str) -> ProbeResult:
    """Shut if the line refuses those words, open if rsync starts for them; `asked` is a whole sentence."""
    reply = await session.request(f"rsync --server {words}")
    if starts_rsync(reply):
        return is_open(asked, _("The server started rsync for it."))
    return refused(asked, reply.complaint, *LINES)


def own_path(session: ProbeSession) -> str:
    """Where the backup is, as rsync is asked for it."""
    if takes_requests_exactly(session):
        return session.profile.destination
    return own_name(session) or "."


def own_name(session: ProbeSession) -> str:
    """The backup's folder under the lock: a daemon's module alone may hold several."""
    return f"{session.profile.name}/" if schemes.of(session.profile).shares_folder else ""


def a_folder() -> AbstractContextManager[str]:
    """A folder of our own for what rsync is to look at."""
    return tempfile.TemporaryDirectory(prefix="backup-wizard-")
