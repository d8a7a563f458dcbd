"""The backup's own request, without which no refusal means anything, and the folder that the server has it for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.server.destination import Holder
from wizard.server.locks.asking import ignores_requests, takes_requests_exactly
from wizard.server.locks.evidence import DRY_RUN, FIXED_RSYNC, ProbeResult, is_open, shut, untestable, untested
from wizard.server.locks.probe_session import ForcedTarget
from wizard.server.locks.requests import forced_target, says_first, says_whose_it_is
from wizard.server.locks.wording import quoted
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession

_SFTP_ONLY = "This service allows sftp connections only"
_NO_RSYNC = re.compile(r"rsync: (?:command )?not found|rsync: No such file")
_ASKED = N_("Asked for this backup's practice run.")


async def _admitted(session: ProbeSession) -> ProbeResult:
    if await ignores_requests(session):
        return shut(
            FIXED_RSYNC,
            _("The server runs its one rsync command for this key. A practice run isn't possible there."),
        )
    if not await _may_be_dry(session):
        return untested(
            _("Not tested: the server's key line is for other settings, so a practice run might be a real one.")
        )
    asked = await session.own_request()
    if asked.exit_code:
        return untested(_(_ASKED), *await _why(session, asked.printed), _("Fix this first."))
    return shut(DRY_RUN, _(_ASKED), _("The server allowed it."))


async def _why(session: ProbeSession, printed: str) -> tuple[str, ...]:
    """Why the backup was not let in, in the server's own words where there are any."""
    first = await says_first(session) if session.connection else ""
    if _SFTP_ONLY in first:
        return _("The server allows only sftp for this account."), quoted(first)
    if first:
        return _("Something on the server prints text, which breaks rsync."), quoted(first)
    if _NO_RSYNC.search(printed):
        return _("The server doesn't have rsync, or doesn't find it."), quoted(printed)
    return (quoted(printed, _("The server let this computer sign in, then said nothing.")),)


async def _folder(session: ProbeSession) -> ProbeResult:
    """Our marker tells whose folder it is, once there is one."""
    path = session.profile.destination
    if await ignores_requests(session) or not await _may_be_dry(session):
        return untestable(_("There is no way to ask which folder the server's key line is for."))
    asked = await session.own_request()
    if asked.exit_code:
        return untested(_("The server refuses this backup's own request, so the folder can't be checked."))
    match asked.holder:
        case Holder.US:
            return shut(DRY_RUN, _("This backup's own marker file is in {path} on the server.").format(path=path))
        case Holder.ANOTHER:
            return is_open(
                _("The server opens a folder with another computer's backup instead of {path}.").format(path=path)
            )
    if asked.place_is_marked:
        return shut(
            DRY_RUN,
            _("The marker file of {path} is there.").format(path=path),
            _("The first backup shows whether there is enough space."),
        )
    if session.expects_backup:
        return is_open(
            _("This backup was in {path}. The folder that the server opens now contains none of it.").format(path=path)
        )
    return untestable(
        _("The folder is empty so far. The first backup shows whether it is the right one and can be written to.")
    )


async def _may_be_dry(session: ProbeSession) -> bool:
    """Whether a dry run is known to be one: a line with one command runs that, whatever is asked."""
    if not takes_requests_exactly(session) or await forced_target(session) is ForcedTarget.SHELL:
        return True
    return await says_whose_it_is(session)


PROBES: dict[str, Probe] = {
    "admitted": _admitted,
    "folder": _folder,
}
