"""What is in reach through rsync: reading back, and everything outside the folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.rsync.listed import OUT_FORMAT
from wizard.schemes.parts import layout
from wizard.schemes.parts.over_ssh import MARKER_NAME
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
    NOT_THERE,
    REFUSED_OPTION,
    RRSYNC,
    WRITE_ONLY,
    ProbeResult,
    is_open,
    recognised,
    refused,
    shut,
    untestable,
    untested,
)
from wizard.server.locks.wording import quoted
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.server.locks.probe_session import Probe, ProbeSession

_FILE_OF_ALL = "etc/passwd"
_UP = "../" * 12
_ASKED_TO_WRITE = N_("Asked to write to {path}.")
_PIECE_BY_PIECE = N_("Asked to read the backup piece by piece ({option}).")
_LISTED = N_("The server listed it.")
_KEY_FILES = ("authorized_keys", "authorized_keys2")


@dataclass(frozen=True)
class Seen:
    """What a dry run says of paths under a target: those that are there; not `accepted` where rsync was refused."""

    there: frozenset[str]
    accepted: bool
    printed: str


async def _read_outside(session: ProbeSession) -> ProbeResult:
    asked = _("Asked for the server's file /{path}.").format(path=_FILE_OF_ALL)
    if await ignores_requests(session):
        return same_whatever_is_asked()
    may_read = "write_only" in schemes.of(session.profile).restrictions and not session.profile.scheme.write_only
    if await looks_at_requests(session) and not may_read:
        answer = await asked_for_rsync(session, asked, f"--sender {FLAGS} . /{_FILE_OF_ALL}")
        if answer.held is not False or takes_requests_exactly(session):
            return answer
    by = ""
    for path in (_FILE_OF_ALL, f"/{_FILE_OF_ALL}", f"{_UP}{_FILE_OF_ALL}"):
        called = await session.rsync("--list-only", target=path)
        if any(line.startswith("-") and line.endswith("passwd") for line in called.listed.splitlines()):
            return is_open(asked, _(_LISTED))
        by = recognised(called.printed, WRITE_ONLY, RRSYNC, NOT_THERE)
        if not by:
            return refused(asked, called.printed)
        if by == WRITE_ONLY:
            return shut(by, asked, quoted(called.printed))
    # That it is not there proves something only where what is there is listed.
    if (await session.rsync("--list-only")).exit_code:
        return untested(asked, _("The server lists nothing at all."))
    return shut(by, asked, quoted(called.printed))


async def _write_outside(session: ProbeSession) -> ProbeResult:
    asked = _("Asked to write to /etc in a practice run.")
    if await ignores_requests(session):
        return same_whatever_is_asked()
    if takes_requests_exactly(session):
        return await asked_for_rsync(session, _(_ASKED_TO_WRITE).format(path="/etc"), f"{FLAGS} . /etc/")
    seen = await under_lock(session)
    if _FILE_OF_ALL in seen.there:
        return is_open(asked, _("The key can reach the server's whole disk (/)."))
    for target in ("/", _UP):
        if await looks_at_requests(session):
            answer = await asked_for_rsync(session, _(_ASKED_TO_WRITE).format(path=target), f"{FLAGS} . {target}")
            if answer.held is None:
                return answer
            if answer.held:
                continue
        found = await _look(session, target, (_FILE_OF_ALL,))
        if _FILE_OF_ALL in found.there:
            return is_open(asked, _("The server accepted the path {path}.").format(path=target))
        if not found.accepted:
            return refused(_(_ASKED_TO_WRITE).format(path=target), found.printed, RRSYNC)
    return _unless_refused(seen, asked, _("The key can't reach it."))


async def _account(session: ProbeSession) -> ProbeResult:
    asked = _("Looked for the files that say which keys may sign in (~/.ssh).")
    if await ignores_requests(session):
        return same_whatever_is_asked()
    if ".ssh" in _top_labels(session):
        return untestable(_("This backup contains a folder named .ssh, so finding one proves nothing."))
    seen = await under_lock(session)
    for path in _ways_in(session):
        if path in seen.there:
            return is_open(
                asked, _("The key can reach {path}, so a thief could add keys of their own.").format(path=path)
            )
    return _unless_refused(seen, asked, _("The key can't reach them."))


async def _neighbour(session: ProbeSession) -> ProbeResult:
    asked = _("Looked for the folder above the backup's folder.")
    if await ignores_requests(session):
        return same_whatever_is_asked()
    seen = await under_lock(session)
    if not seen.there & {_FILE_OF_ALL, *_ways_in(session)}:
        for tail in _tails(session):
            if _holds_backup(session, seen, tail):
                return is_open(
                    asked, _("The key can reach “{folder}”, so it opens a folder further up.").format(folder=tail)
                )
    if seen.accepted and not seen.there & _own_markers(session):
        return untestable(_("Nothing marks the folder as this backup's yet. The first backup shows what is around it."))
    return _unless_refused(seen, asked, _("The key can't reach it."))


async def _read_back(session: ProbeSession) -> ProbeResult:
    asked = _("Asked to read the backup.")
    if await ignores_requests(session):
        return same_whatever_is_asked()
    if await looks_at_requests(session):
        answer = await asked_for_rsync(session, asked, f"--sender {FLAGS} . {own_path(session)}")
        for option in ("-B1", "--compare-dest=x"):
            if not answer.held:
                return answer
            compared = _(_PIECE_BY_PIECE).format(option=option)
            answer = await asked_for_rsync(session, compared, f"{FLAGS} {option} . {own_path(session)}")
        return answer
    called = await session.rsync("--list-only")
    if called.exit_code == 0:
        return is_open(asked, _(_LISTED))
    answer = refused(asked, called.printed, WRITE_ONLY)
    return await _by_sums(session) if answer.held else answer


async def _by_sums(session: ProbeSession) -> ProbeResult:
    """A daemon that sends sums of single bytes gives a file away, though it is write only."""
    asked = _(_PIECE_BY_PIECE).format(option="-B1")
    with a_folder() as folder:
        await asyncio.to_thread(_make, Path(folder), (MARKER_NAME,))
        called = await session.rsync("-nI", "-B1", sources=(f"{folder}/{MARKER_NAME}",), target=own_name(session))
    if called.exit_code == 0:
        return is_open(asked, _("The server allowed it."))
    return refused(asked, called.printed, REFUSED_OPTION)


async def under_lock(session: ProbeSession) -> Seen:
    """What of all that is looked for a dry run finds in the folder that is opened."""
    markers = (*_own_markers(session), *(f"{tail}/{MARKER_NAME}" for tail in _tails(session)))
    looked_for = (_FILE_OF_ALL, *_ways_in(session), *markers)
    return await session.once("under lock", lambda: _look(session, "", looked_for))


async def _look(session: ProbeSession, target: str, paths: tuple[str, ...]) -> Seen:
    """Let a dry run say which of the paths, and of the folders they are in, are under the target."""
    with a_folder() as folder:
        await asyncio.to_thread(_make, Path(folder), paths)
        sources = tuple(f"{folder}/./{path}" for path in paths)
        called = await session.rsync("-nRtW", "-ii", OUT_FORMAT, sources=sources, target=target)
    told = frozenset(entry.path.rstrip("/") for entry in called.entries)
    there = frozenset(entry.path.rstrip("/") for entry in called.entries if not entry.is_new)
    untold = frozenset(paths) - told
    accepted = called.exit_code == 0 and bool(told)
    if session.profile.scheme.append_only and accepted:
        return Seen(there | untold, accepted, called.printed)  # what is there is passed over without a word
    return Seen(there, accepted and not untold, called.printed)


def _holds_backup(session: ProbeSession, seen: Seen, tail: str) -> bool:
    """Whether that folder under the lock is the backup's own, and no folder of that name inside the backup."""
    return f"{tail}/{MARKER_NAME}" in seen.there or (tail in seen.there and not seen.there & _own_markers(session))


def _own_markers(session: ProbeSession) -> frozenset[str]:
    """What a folder of this backup's holds, as seen from where the lock opens."""
    within = own_name(session)
    return frozenset(f"{within}{name}" for name in (MARKER_NAME, layout.place_marker(session.profile)))


def _unless_refused(seen: Seen, *held: str) -> ProbeResult:
    if seen.accepted:
        return shut(DRY_RUN, *held)
    return untested(_("The server refused the practice run."), quoted(seen.printed))


def _tails(session: ProbeSession) -> tuple[str, ...]:
    """The last parts of the folder's path, as they would be found from further up."""
    server = session.profile.server
    parts = PurePosixPath("/home", *server.user.split("\\"), schemes.opened_folder(session.profile)).parts[1:]
    return tuple("/".join(parts[-length:]) for length in range(1, len(parts) + 1))


def _ways_in(session: ProbeSession) -> tuple[str, ...]:
    """Where sshd may look for the account's keys, as seen from whichever folder is opened."""
    user = session.profile.server.user
    home, within = user.replace("\\", "/"), user.rpartition("\\")[2]  # the home of DOMAIN\user is DOMAIN/user as a rule
    homes = dict.fromkeys(("", ".ssh/", f"{within}/.ssh/", f"{home}/.ssh/", f"home/{home}/.ssh/"))
    return (
        *(f"{home}{name}" for home in homes for name in _KEY_FILES),
        *(f"{folder}/{user}" for folder in ("keys", "ssh/keys", "etc/ssh/keys", "authorized_keys.d")),
    )


def _top_labels(session: ProbeSession) -> frozenset[str]:
    return frozenset(label.split("/")[0] for label in session.profile.places.values())


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
