"""What rsync itself lets through: reading back, deleting, changing, and everything outside the folder.

Where the server looks at requests, rsync is called for dry runs and lists alone, of which it says what it would do.
One that does the same whatever is asked might run a dry run for real, so there no rsync is ever called: a request with
nothing behind it tells whether an rsync starts, and changes nothing. A line that takes a request exactly is known by
what it says to others; only then its dry run is called.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wizard.schemes.over_ssh import MARKER_NAME, OWN_MARKER_PREFIX
from wizard.server.locks.requests import behind, says_whose_it_is, starts_rsync
from wizard.server.locks.visit import Behind
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wizard.server.locks.visit import Answer, Probe, Visit

_FLAGS = "-re.iLsfxCIvu"
_FILE_OF_ALL = "etc/passwd"
_FILE_OF_ACCOUNT = ".ssh/authorized_keys"
_UP = "../" * 12
_DEAF: Answer = (None, "The server starts one fixed rsync whatever is asked; which folder it is for can't be tried.")


@dataclass(frozen=True)
class _Seen:
    """What a dry run says of paths under a target: those that are there; not `accepted` where rsync was refused."""

    there: frozenset[str]
    accepted: bool
    printed: str


async def _read_outside(visit: Visit) -> Answer:
    asked = f"Asked for /{_FILE_OF_ALL}"
    if await _is_deaf(visit):
        return _DEAF
    if await _looks_at_requests(visit) and await _refuses_rsync(visit, f"--sender {_FLAGS} . /{_FILE_OF_ALL}"):
        return True, f"{asked}: the server refused."
    if _takes_requests_exactly(visit):
        return False, f"{asked}: the server started rsync for it."
    printed = ""
    for path in (_FILE_OF_ALL, f"/{_FILE_OF_ALL}", f"{_UP}{_FILE_OF_ALL}"):
        called = await visit.rsync("--list-only", target=path)
        if any(line.startswith("-") and line.endswith("passwd") for line in called.listed.splitlines()):
            return False, f"{asked}: the server listed it."
        printed = called.printed
        if "write only" in printed:
            break
    return True, f"{asked}: {quoted(printed)}."


async def _write_outside(visit: Visit) -> Answer:
    asked = "Asked in a dry run to write to /etc"
    if await _is_deaf(visit):
        return _DEAF
    if _takes_requests_exactly(visit):
        return await _asked_for_rsync(visit, "Asked to write to /etc", f"{_FLAGS} . /etc/")
    seen = await _under_lock(visit)
    if _FILE_OF_ALL in seen.there:
        return False, f"{asked}: the folder that is opened is the server's whole disk (/)."
    for target in ("/", _UP):
        if await _looks_at_requests(visit) and await _refuses_rsync(visit, f"{_FLAGS} . {target}"):
            continue
        if _FILE_OF_ALL in (await _look(visit, target, (_FILE_OF_ALL,))).there:
            return False, f"{asked}: the server took the path {target}."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _account(visit: Visit) -> Answer:
    asked = "Looked for the account's own ~/.ssh"
    if await _is_deaf(visit):
        return _DEAF
    seen = await _under_lock(visit)
    if _FILE_OF_ACCOUNT in seen.there:
        return False, f"{asked}: it is in reach, so a thief could let in keys of their own."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _neighbour(visit: Visit) -> Answer:
    asked = "Looked for the folder above the backup's"
    if await _is_deaf(visit):
        return _DEAF
    seen = await _under_lock(visit)
    if not seen.there & {_FILE_OF_ALL, _FILE_OF_ACCOUNT}:
        for tail in _tails(visit):
            # A folder of that name which holds a marker of ours is another backup, where it belongs.
            if tail in seen.there and f"{tail}/{MARKER_NAME}" not in seen.there:
                return False, f"{asked}: “{tail}” is in reach, so the opened folder is one further up."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _read_back(visit: Visit) -> Answer:
    asked = "Asked for the backup"
    if await _is_deaf(visit):
        return _DEAF
    if await _looks_at_requests(visit):
        return await _asked_for_rsync(visit, asked, f"--sender {_FLAGS} . {_own_path(visit)}")
    called = await visit.rsync("--list-only")
    if called.exit_code == 0:
        return False, f"{asked}: the server listed it."
    return (True if "write only" in called.printed else None), f"{asked}: {quoted(called.printed)}."


async def _delete(visit: Visit) -> Answer:
    asked = "Asked to delete (nothing)"
    if await _is_deaf(visit):
        return _DEAF
    if _takes_requests_exactly(visit):
        return await _exact_delete(visit)
    if await _looks_at_requests(visit):
        return await _asked_for_rsync(visit, asked, f"{_FLAGS} --delete . {_own_path(visit)}")
    return await _option_refused(visit, asked, "--delete")


async def _exact_delete(visit: Visit) -> Answer:
    """The line says by itself whether its rsync deletes, and no other fits: told by whether it understands ours.

    A list of files with none in it would be understood either way, so one is in it, which is not to be deleted.
    """
    asked = "Asked in a dry run to delete (nothing)"
    if not await says_whose_it_is(visit):
        return None, "The server's line is not the wizard's, so a dry run might be a real one: not tried."
    if await _understands(visit, "--delete"):
        return False, f"{asked}: the server's rsync understood."
    if await _understands(visit):
        return True, f"{asked}: the server's rsync did not understand, as it does without."
    return None, f"{asked}: the server's line takes none of our requests."


async def _understands(visit: Visit, *options: str) -> bool:
    compress = ["--compress"] if visit.profile.compress else []
    with _folder() as folder:
        sent = Path(folder) / MARKER_NAME
        sent.write_text("Asked about by backup-wizard, in a dry run.\n")
        flags = ("-aHRn", "--stats", *compress, *options, "--out-format=%i|%n")
        called = await visit.rsync(*flags, sources=(f"{folder}/./{MARKER_NAME}",), target=_own_path(visit))
    return called.exit_code == 0 and f"|{MARKER_NAME}" in called.listed


async def _replace(visit: Visit) -> Answer:
    return await _option_refused(visit, "Asked to put a file in a folder's place (none)", "--force")


async def _overwrite(visit: Visit) -> Answer:
    asked = "Asked in a dry run to change a small file of ours"
    if await _is_deaf(visit):
        return _DEAF
    with _folder() as folder:
        changed = Path(folder) / MARKER_NAME
        changed.write_text("Changed, in a dry run alone, to see whether it would be.\n")
        called = await visit.rsync("-nt", "-ii", "--out-format=%i|%n", sources=(str(changed),), target=_own_name(visit))
    change = next((line.split("|")[0] for line in called.listed.splitlines() if line.endswith(MARKER_NAME)), "")
    if called.exit_code:
        return None, f"{asked}: {quoted(called.printed)}."
    if "+++" in change:
        return await _overwrite_by_its_word(visit)
    return change == "", f"{asked}: the server {'would have' if change else 'would not'}."


async def _overwrite_by_its_word(visit: Visit) -> Answer:
    """With nothing there yet, an option that rrsync refuses for no other reason (since 3.5.0) tells as much."""
    reply = await visit.request(f"rsync --server {_FLAGS} --delay-updates . {_own_name(visit)}")
    if "--delay-updates has been disabled" in reply.printed:
        return True, "Asked to put changed files in place later: the server refused, as with “append only” alone."
    return None, (
        "Nothing of this backup is there yet that could be changed, and the server's rrsync tells no other way:"
        " the first check after the first backup proves it."
    )


async def _option_refused(visit: Visit, asked: str, option: str) -> Answer:
    with _folder() as folder:
        # Into a folder that isn't there: even if it were done in earnest, nothing would be in its way.
        target = f"{_own_name(visit)}{OWN_MARKER_PREFIX}check/"
        called = await visit.rsync("-nr", option, sources=(f"{folder}/",), target=target)
    if called.exit_code == 0:
        return False, f"{asked}: the server would have."
    refused = "refuse" in called.printed
    return (True if refused else None), f"{asked}: {quoted(called.printed)}."


async def _looks_at_requests(visit: Visit) -> bool:
    return visit.connection is not None and await behind(visit) in (Behind.GUARD, Behind.SHELL)


async def _is_deaf(visit: Visit) -> bool:
    return visit.connection is not None and await behind(visit) is Behind.RSYNC


def _takes_requests_exactly(visit: Visit) -> bool:
    return visit.profile.scheme.kind == "forced-command"


async def _asked_for_rsync(visit: Visit, asked: str, words: str) -> Answer:
    reply = await visit.request(f"rsync --server {words}")
    if starts_rsync(reply):
        return False, f"{asked}: the server started rsync for it."
    return True, f"{asked}: {quoted(reply.complaint)}."


async def _refuses_rsync(visit: Visit, words: str) -> bool:
    return not starts_rsync(await visit.request(f"rsync --server {words}"))


async def _under_lock(visit: Visit) -> _Seen:
    tails = _tails(visit)
    looked_for = (_FILE_OF_ALL, _FILE_OF_ACCOUNT, *(f"{tail}/{MARKER_NAME}" for tail in tails))
    return await visit.once("under lock", lambda: _look(visit, "", looked_for))


async def _look(visit: Visit, target: str, paths: tuple[str, ...]) -> _Seen:
    """Let a dry run say which of the paths, and of the folders they are in, are under the target."""
    with _folder() as folder:
        await asyncio.to_thread(_make, Path(folder), paths)
        sources = tuple(f"{folder}/./{path}" for path in paths)
        called = await visit.rsync("-nRt", "-ii", "--out-format=%i|%n", sources=sources, target=target)
    listed = [line.split("|", 1) for line in called.listed.splitlines() if "|" in line]
    there = frozenset(path.rstrip("/") for change, path in listed if "+++" not in change)
    return _Seen(there, called.exit_code == 0, called.printed)


def _unless_refused(seen: _Seen, held: str) -> Answer:
    return (True, held) if seen.accepted else (None, f"rsync's dry run was refused: {quoted(seen.printed)}.")


def _tails(visit: Visit) -> tuple[str, ...]:
    """The last parts of the folder's path, as they would be found from further up."""
    server = visit.profile.server
    parts = PurePosixPath("/home", server.user, server.root).parts[1:]
    return tuple("/".join(parts[-length:]) for length in range(1, len(parts) + 1))


def _own_path(visit: Visit) -> str:
    if visit.profile.scheme.kind == "forced-command":
        return visit.profile.destination
    return _own_name(visit)


def _own_name(visit: Visit) -> str:
    return f"{visit.profile.name}/"


def _folder() -> AbstractContextManager[str]:
    return tempfile.TemporaryDirectory(prefix="backup-wizard-")


def _make(folder: Path, paths: tuple[str, ...]) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Looked for by backup-wizard, in a dry run.\n")


PROBES: dict[str, Probe] = {
    "read-outside": _read_outside,
    "write-outside": _write_outside,
    "account": _account,
    "neighbour": _neighbour,
    "read-back": _read_back,
    "delete": _delete,
    "replace": _replace,
    "overwrite": _overwrite,
}
