"""What may be done to the backup itself through rsync: deleting, replacing and changing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.rsync.listed import OUT_FORMAT
from wizard.schemes.parts import layout
from wizard.schemes.parts.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.server.locks.asking import (
    FLAGS,
    a_folder,
    asked_for_rsync,
    ignores_requests,
    looks_at_requests,
    own_name,
    own_path,
    same_whatever_is_asked,
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
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession


async def _delete(session: ProbeSession) -> ProbeResult:
    asked = _("Asked to delete, with nothing to delete.")
    if await ignores_requests(session):
        return untested(
            _("Not tested: the server always runs the same real backup, so a test could create a folder there.")
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
    asked = _("Asked to delete in a practice run, with nothing to delete.")
    if not await says_whose_it_is(session):
        return untested(
            _("Not tested: the key line isn't the one from backup-wizard, so a practice run might be a real one.")
        )
    if await _understands(session, "--delete"):
        return is_open(asked, _("rsync on the server accepted it."))
    if await _understands(session):
        return shut(EXACT_LINE, asked, _("rsync on the server ignored it."))
    return untested(asked, _("The key line accepts none of our requests."))


async def _understands(session: ProbeSession, *options: str) -> bool:
    profile = session.profile
    compress = ["--compress"] if profile.compress else []
    one_file_system = ["--one-file-system"] if profile.one_file_system else []
    with a_folder() as folder:
        _written(folder, MARKER_NAME)
        flags = ("-aRSWn", "--stats", *compress, *one_file_system, *options, OUT_FORMAT)
        called = await session.rsync(*flags, sources=(f"{folder}/./{MARKER_NAME}",), target=own_path(session))
    return called.exit_code == 0 and any(entry.path == MARKER_NAME for entry in called.entries)


async def _replace(session: ProbeSession) -> ProbeResult:
    asked = _("Asked to replace a folder with a file, without naming one.")
    if await looks_at_requests(session):
        return await asked_for_rsync(session, asked, f"{FLAGS} --force . {own_path(session)}")
    return await _option_refused(session, asked, "--force")


async def _overwrite(session: ProbeSession) -> ProbeResult:
    """Under append only, a file that is there is passed over without a word, and a new one is told."""
    asked = _("Asked to change a small test file in a practice run.")
    if await ignores_requests(session):
        return same_whatever_is_asked()
    new = f"{OWN_MARKER_PREFIX}check"
    ours = (MARKER_NAME, layout.place_marker(session.profile))
    with a_folder() as folder:
        sources = tuple(_written(folder, name) for name in (*ours, new))
        called = await session.rsync("-ntW", OUT_FORMAT, sources=sources, target=own_name(session))
    told = {entry.path: entry for entry in called.entries}
    if called.exit_code or new not in told or not told[new].is_new:
        return untested(asked, quoted(called.printed))
    if any(name in told and not told[name].is_new for name in ours):
        return is_open(asked, _("The server would have done it."))
    if all(name in told for name in ours):
        return untested(
            _("The folder contains nothing to try this on yet. Run the security check again after the first backup.")
        )
    return shut(DRY_RUN, asked, _("The server wouldn't have done it."))


async def _option_refused(session: ProbeSession, asked: str, option: str) -> ProbeResult:
    with a_folder() as folder:
        # Into a folder that isn't there: even if it were done in earnest, nothing would be in its way.
        target = f"{own_name(session)}{OWN_MARKER_PREFIX}check/"
        called = await session.rsync("-nr", option, sources=(f"{folder}/",), target=target)
    if called.exit_code == 0:
        return is_open(asked, _("The server would have done it."))
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
