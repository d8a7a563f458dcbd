"""The backup's own request, without which no refusal means anything, and the folder that the server has it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.language import N_, _
from wizard.server.destination import Holder
from wizard.server.locks.asking import ignores_requests, takes_requests_exactly
from wizard.server.locks.evidence import DRY_RUN, FIXED_RSYNC, Answer, is_open, shut, untestable, untested
from wizard.server.locks.probe_session import Behind
from wizard.server.locks.requests import behind, says_whose_it_is
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, Visit

_ASKED = N_("Asked for this backup's practice run.")


async def _admitted(visit: Visit) -> Answer:
    if await ignores_requests(visit):
        return shut(
            FIXED_RSYNC,
            _("The server runs its one rsync command for this key. A practice run isn't possible there."),
        )
    if not await _may_be_dry(visit):
        return untested(
            _("Not tested: the server's key line is for other settings, so a practice run might be a real one.")
        )
    admission = await visit.admission()
    if admission.exit_code:
        return untested(_(_ASKED), quoted(admission.printed, _("There was no answer.")), _("Fix this first."))
    return shut(DRY_RUN, _(_ASKED), _("The server allowed it."))


async def _folder(visit: Visit) -> Answer:
    """Our marker tells whose folder it is, once there is one."""
    path = visit.profile.destination
    if await ignores_requests(visit) or not await _may_be_dry(visit):
        return untestable(_("There is no way to ask which folder the server's key line is for."))
    admission = await visit.admission()
    if admission.exit_code:
        return untested(_("The server refuses this backup's own request, so the folder can't be checked."))
    match admission.holder:
        case Holder.US:
            return shut(DRY_RUN, _("This backup's own marker file is in {path} on the server.").format(path=path))
        case Holder.ANOTHER:
            return is_open(
                _("The server opens a folder with another computer's backup instead of {path}.").format(path=path)
            )
    if admission.place_is_marked:
        return shut(
            DRY_RUN,
            _("The marker file of {path} is there.").format(path=path),
            _("Whether there is enough room shows with the first backup."),
        )
    if visit.expects_backup:
        return is_open(
            _("This backup was in {path}. The folder that the server opens now contains none of it.").format(path=path)
        )
    return untestable(
        _("The folder is empty so far. The first backup shows whether it is the right one and can be written to.")
    )


async def _may_be_dry(visit: Visit) -> bool:
    """Whether a dry run is known to be one: a line with one command runs that, whatever is asked."""
    if not takes_requests_exactly(visit) or await behind(visit) is Behind.SHELL:
        return True
    return await says_whose_it_is(visit)


PROBES: dict[str, Probe] = {
    "admitted": _admitted,
    "folder": _folder,
}
