"""What may be done to the backup itself through rsync: deleting, replacing and changing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.rsync.listed import OUT_FORMAT
from wizard.schemes.parts import layout
from wizard.schemes.parts.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.server.locks.asking import (
    FLAGS,
    SAME_WHATEVER_IS_ASKED,
    a_folder,
    asked_for_rsync,
    ignores_requests,
    looks_at_requests,
    own_name,
    own_path,
    takes_requests_exactly,
)
from wizard.server.locks.evidence import (
    DRY_RUN,
    EXACT_LINE,
    REFUSED_OPTION,
    ProbeResult,
    is_open,
    refused,
    shut,
    untested,
)
from wizard.server.locks.requests import says_whose_it_is
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession


async def _delete(session: ProbeSession) -> ProbeResult:
    asked = "Asked to delete (nothing)"
    if await ignores_requests(session):
        return untested(
            "The server starts one fixed rsync whatever is asked, for real: not tested, as that could make a folder."
        )
    if takes_requests_exactly(session):
        return await _exact_delete(session)
    if await looks_at_requests(session):
        return await asked_for_rsync(session, asked, f"{FLAGS} --delete . {own_path(session)}")
    return await _option_refused(session, asked, "--delete")


async def _exact_delete(session: ProbeSession) -> ProbeResult:
    """The line says by itself whether its rsync deletes, and no other fits: told by whether it understands ours.

    A list of files with none in it would be understood either way, so one is in it, which is not to be deleted.
    """
    asked = "Asked in a dry run to delete (nothing)"
    if not await says_whose_it_is(session):
        return untested("The server's line is not the wizard's, so a dry run might be a real one: not tested.")
    if await _understands(session, "--delete"):
        return is_open(f"{asked}: the server's rsync went along with it.")
    if await _understands(session):
        return shut(EXACT_LINE, f"{asked}: the server's rsync knows nothing of it.")
    return untested(f"{asked}: the server's line takes none of our requests.")


async def _understands(session: ProbeSession, *options: str) -> bool:
    compress = ["--compress"] if session.profile.compress else []
    with a_folder() as folder:
        _written(folder, MARKER_NAME)
        flags = ("-aRWn", "--stats", *compress, *options, OUT_FORMAT)
        called = await session.rsync(*flags, sources=(f"{folder}/./{MARKER_NAME}",), target=own_path(session))
    return called.exit_code == 0 and any(entry.path == MARKER_NAME for entry in called.entries)


async def _replace(session: ProbeSession) -> ProbeResult:
    asked = "Asked to put a file in a folder's place (none)"
    if await looks_at_requests(session):
        return await asked_for_rsync(session, asked, f"{FLAGS} --force . {own_path(session)}")
    return await _option_refused(session, asked, "--force")


async def _overwrite(session: ProbeSession) -> ProbeResult:
    """Under append only, a file that is there is passed over without a word, and a new one is told."""
    asked = "Asked in a dry run to change a small file of ours"
    if await ignores_requests(session):
        return SAME_WHATEVER_IS_ASKED
    new = f"{OWN_MARKER_PREFIX}check"
    ours = (MARKER_NAME, layout.place_marker(session.profile))
    with a_folder() as folder:
        sources = tuple(_written(folder, name) for name in (*ours, new))
        called = await session.rsync("-ntW", OUT_FORMAT, sources=sources, target=own_name(session))
    told = {entry.path: entry for entry in called.entries}
    if called.exit_code or new not in told or not told[new].is_new:
        return untested(f"{asked}: {quoted(called.printed)}.")
    if any(name in told and not told[name].is_new for name in ours):
        return is_open(f"{asked}: the server would have.")
    if all(name in told for name in ours):
        return untested(
            "Nothing of ours is in the folder yet that could be changed: the first check after the first backup tells."
        )
    return shut(DRY_RUN, f"{asked}: the server would not have.")


async def _option_refused(session: ProbeSession, asked: str, option: str) -> ProbeResult:
    with a_folder() as folder:
        # Into a folder that isn't there: even if it were done in earnest, nothing would be in its way.
        target = f"{own_name(session)}{OWN_MARKER_PREFIX}check/"
        called = await session.rsync("-nr", option, sources=(f"{folder}/",), target=target)
    if called.exit_code == 0:
        return is_open(f"{asked}: the server would have.")
    return refused(asked, called.printed, REFUSED_OPTION)


def _written(folder: str, name: str) -> str:
    path = Path(folder) / name
    path.write_text("Asked about by backup-wizard, in a dry run.\n")
    return str(path)


PROBES: dict[str, Probe] = {
    "delete": _delete,
    "replace": _replace,
    "overwrite": _overwrite,
}
