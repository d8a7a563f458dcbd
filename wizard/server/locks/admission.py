"""The backup's own request, without which no refusal means anything, and the folder that the server has it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.destination import Holder
from wizard.server.locks.asking import ignores_requests, takes_requests_exactly
from wizard.server.locks.evidence import DRY_RUN, FIXED_RSYNC, ProbeResult, is_open, shut, untestable, untested
from wizard.server.locks.probe_session import ForcedTarget
from wizard.server.locks.requests import forced_target, says_whose_it_is
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession

_ASKED = "Asked for the backup's own practice run"


async def _admitted(session: ProbeSession) -> ProbeResult:
    if await ignores_requests(session):
        return shut(FIXED_RSYNC, "The server starts its one rsync for this key. A practice run can't be asked for.")
    if not await _may_be_dry(session):
        return untested(f"{_ASKED}: the server's line is for other settings, so it might be a real run. Not tested.")
    admission = await session.admission()
    if admission.exit_code:
        return untested(f"{_ASKED}: {quoted(admission.printed, 'there was no answer')}. Fix this first.")
    return shut(DRY_RUN, f"{_ASKED}: the server let it in.")


async def _folder(session: ProbeSession) -> ProbeResult:
    """Our marker tells whose folder it is, once there is one."""
    path = session.profile.destination
    if await ignores_requests(session) or not await _may_be_dry(session):
        return untestable("Which folder the server's line is for can't be asked.")
    admission = await session.admission()
    if admission.exit_code:
        return untested("The backup's own request is not let in, so the folder can't be looked at.")
    match admission.holder:
        case Holder.US:
            return shut(DRY_RUN, f"This backup's own marker is in {path} on the server.")
        case Holder.ANOTHER:
            return is_open(f"Another computer's backup is in the folder that the server opens, and not in {path}.")
    if admission.place_is_marked:
        return shut(DRY_RUN, f"The file that marks {path} is there. Whether there is room shows with the first backup.")
    if session.expects_backup:
        return is_open(f"This backup was in {path}, and the folder that the server opens now has nothing of it.")
    return untestable(
        "Nothing is there yet. Whether it is the agreed folder and can be written to shows with the first backup."
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
