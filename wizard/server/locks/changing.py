"""What may be done to the backup itself through rsync: deleting, replacing and changing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schemes import request_filter
from wizard.schemes.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.server.locks.asking import (
    DEAF,
    FLAGS,
    a_folder,
    asked_for_rsync,
    is_deaf,
    looks_at_requests,
    own_name,
    own_path,
    takes_requests_exactly,
)
from wizard.server.locks.requests import behind, says_whose_it_is
from wizard.server.locks.visit import Behind
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.visit import Answer, Probe, Visit

_DEAF_TO_DELETES: Answer = (
    None,
    "The server starts one fixed rsync whatever is asked, for real: not tried, as that could make a folder there.",
)


async def _delete(visit: Visit) -> Answer:
    asked = "Asked to delete (nothing)"
    if await is_deaf(visit):
        return _DEAF_TO_DELETES
    if takes_requests_exactly(visit) and await behind(visit) is Behind.GUARD:
        return await _exact_delete(visit)
    if await looks_at_requests(visit):
        return await asked_for_rsync(visit, asked, f"{FLAGS} --delete . {own_path(visit)}")
    return await _option_refused(visit, asked, "--delete")


async def _exact_delete(visit: Visit) -> Answer:
    """The line says by itself whether its rsync deletes, and no other fits: told by whether it understands ours.

    A list of files with none in it would be understood either way, so one is in it, which is not to be deleted.
    """
    asked = "Asked in a dry run to delete (nothing)"
    if not await says_whose_it_is(visit):
        return None, "The server's line is not the wizard's, so a dry run might be a real one: not tried."
    if await _understands(visit, "--delete"):
        return False, f"{asked}: the server's rsync went along with it."
    if await _understands(visit):
        return True, f"{asked}: the server's rsync knows nothing of it."
    return None, f"{asked}: the server's line takes none of our requests."


async def _understands(visit: Visit, *options: str) -> bool:
    compress = ["--compress"] if visit.profile.compress else []
    with a_folder() as folder:
        sent = Path(folder) / MARKER_NAME
        sent.write_text("Asked about by backup-wizard, in a dry run.\n")
        flags = ("-aHRn", "--stats", *compress, *options, "--out-format=%i|%n")
        called = await visit.rsync(*flags, sources=(f"{folder}/./{MARKER_NAME}",), target=own_path(visit))
    return called.exit_code == 0 and f"|{MARKER_NAME}" in called.listed


async def _replace(visit: Visit) -> Answer:
    return await _option_refused(visit, "Asked to put a file in a folder's place (none)", "--force")


async def _overwrite(visit: Visit) -> Answer:
    asked = "Asked in a dry run to change a small file of ours"
    if await is_deaf(visit):
        return DEAF
    with a_folder() as folder:
        changed = Path(folder) / MARKER_NAME
        changed.write_text("Changed, in a dry run alone, to see whether it would be.\n")
        called = await visit.rsync("-nt", "-ii", "--out-format=%i|%n", sources=(str(changed),), target=own_name(visit))
    change = next((line.split("|")[0] for line in called.listed.splitlines() if line.endswith(MARKER_NAME)), "")
    if called.exit_code:
        return None, f"{asked}: {quoted(called.printed)}."
    if "+++" in change:
        return await _overwrite_by_its_word(visit)
    return change == "", f"{asked}: the server {'would have' if change else 'would not'}."


async def _overwrite_by_its_word(visit: Visit) -> Answer:
    """With nothing there yet, an option that the line refuses for no other reason tells as much."""
    reply = await visit.request(f"rsync --server {FLAGS} --partial . .")
    if f"{request_filter.REFUSED} {request_filter.NO_SUCH_OPTION}" in reply.printed:
        return True, "Asked to keep what is cut off: the server refused, as with “append only” alone."
    return None, (
        "Nothing of this backup is there yet that could be changed, and the server's line does not say:"
        " the first check after the first backup proves it."
    )


async def _option_refused(visit: Visit, asked: str, option: str) -> Answer:
    with a_folder() as folder:
        # Into a folder that isn't there: even if it were done in earnest, nothing would be in its way.
        target = f"{own_name(visit)}{OWN_MARKER_PREFIX}check/"
        called = await visit.rsync("-nr", option, sources=(f"{folder}/",), target=target)
    if called.exit_code == 0:
        return False, f"{asked}: the server would have."
    refused = "refuse" in called.printed
    return (True if refused else None), f"{asked}: {quoted(called.printed)}."


PROBES: dict[str, Probe] = {
    "delete": _delete,
    "replace": _replace,
    "overwrite": _overwrite,
}
