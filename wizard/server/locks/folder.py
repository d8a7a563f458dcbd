"""What is in reach through rsync: reading back, and everything outside the folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wizard.schemes.over_ssh import MARKER_NAME
from wizard.server.locks.asking import (
    DEAF,
    FLAGS,
    a_folder,
    asked_for_rsync,
    is_deaf,
    looks_at_requests,
    own_path,
    takes_requests_exactly,
)
from wizard.server.locks.requests import starts_rsync
from wizard.server.locks.wording import quoted

if TYPE_CHECKING:
    from wizard.server.locks.visit import Answer, Probe, Visit

_FILE_OF_ALL = "etc/passwd"
_FILE_OF_ACCOUNT = ".ssh/authorized_keys"
_UP = "../" * 12


@dataclass(frozen=True)
class _Seen:
    """What a dry run says of paths under a target: those that are there; not `accepted` where rsync was refused."""

    there: frozenset[str]
    accepted: bool
    printed: str


async def _read_outside(visit: Visit) -> Answer:
    asked = f"Asked for /{_FILE_OF_ALL}"
    if await is_deaf(visit):
        return DEAF
    if await looks_at_requests(visit) and await _refuses_rsync(visit, f"--sender {FLAGS} . /{_FILE_OF_ALL}"):
        return True, f"{asked}: the server refused."
    if takes_requests_exactly(visit):
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
    if await is_deaf(visit):
        return DEAF
    if takes_requests_exactly(visit):
        return await asked_for_rsync(visit, "Asked to write to /etc", f"{FLAGS} . /etc/")
    seen = await _under_lock(visit)
    if _FILE_OF_ALL in seen.there:
        return False, f"{asked}: the folder that is opened is the server's whole disk (/)."
    for target in ("/", _UP):
        if await looks_at_requests(visit) and await _refuses_rsync(visit, f"{FLAGS} . {target}"):
            continue
        if _FILE_OF_ALL in (await _look(visit, target, (_FILE_OF_ALL,))).there:
            return False, f"{asked}: the server took the path {target}."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _account(visit: Visit) -> Answer:
    asked = "Looked for the account's own ~/.ssh"
    if await is_deaf(visit):
        return DEAF
    seen = await _under_lock(visit)
    if _FILE_OF_ACCOUNT in seen.there:
        return False, f"{asked}: it is in reach, so a thief could let in keys of their own."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _neighbour(visit: Visit) -> Answer:
    asked = "Looked for the folder above the backup's"
    if await is_deaf(visit):
        return DEAF
    seen = await _under_lock(visit)
    if not seen.there & {_FILE_OF_ALL, _FILE_OF_ACCOUNT}:
        for tail in _tails(visit):
            if _holds_backup(seen, tail):
                return False, f"{asked}: “{tail}” is in reach, so the opened folder is one further up."
    return _unless_refused(seen, f"{asked}: it is not in reach.")


async def _read_back(visit: Visit) -> Answer:
    asked = "Asked for the backup"
    if await is_deaf(visit):
        return DEAF
    if await looks_at_requests(visit):
        return await asked_for_rsync(visit, asked, f"--sender {FLAGS} . {own_path(visit)}")
    called = await visit.rsync("--list-only")
    if called.exit_code == 0:
        return False, f"{asked}: the server listed it."
    return (True if "write only" in called.printed else None), f"{asked}: {quoted(called.printed)}."


async def _refuses_rsync(visit: Visit, words: str) -> bool:
    return not starts_rsync(await visit.request(f"rsync --server {words}"))


async def _under_lock(visit: Visit) -> _Seen:
    tails = _tails(visit)
    looked_for = (_FILE_OF_ALL, _FILE_OF_ACCOUNT, MARKER_NAME, *(f"{tail}/{MARKER_NAME}" for tail in tails))
    return await visit.once("under lock", lambda: _look(visit, "", looked_for))


async def _look(visit: Visit, target: str, paths: tuple[str, ...]) -> _Seen:
    """Let a dry run say which of the paths, and of the folders they are in, are under the target."""
    with a_folder() as folder:
        await asyncio.to_thread(_make, Path(folder), paths)
        sources = tuple(f"{folder}/./{path}" for path in paths)
        called = await visit.rsync("-nRt", "-ii", "--out-format=%i|%n", sources=sources, target=target)
    listed = [line.split("|", 1) for line in called.listed.splitlines() if "|" in line]
    there = frozenset(path.rstrip("/") for change, path in listed if "+++" not in change)
    return _Seen(there, called.exit_code == 0, called.printed)


def _holds_backup(seen: _Seen, tail: str) -> bool:
    """Whether that folder under the lock is the backup's own, and no folder of that name inside the backup."""
    return f"{tail}/{MARKER_NAME}" in seen.there or (tail in seen.there and MARKER_NAME not in seen.there)


def _unless_refused(seen: _Seen, held: str) -> Answer:
    return (True, held) if seen.accepted else (None, f"rsync's dry run was refused: {quoted(seen.printed)}.")


def _tails(visit: Visit) -> tuple[str, ...]:
    """The last parts of the folder's path, as they would be found from further up."""
    server = visit.profile.server
    locked = server.root if visit.profile.scheme.kind == "daemon" else visit.profile.destination
    parts = PurePosixPath("/home", server.user, locked).parts[1:]
    return tuple("/".join(parts[-length:]) for length in range(1, len(parts) + 1))


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
}
