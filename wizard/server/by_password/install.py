"""Doing what the admin is asked for, with the account's own password: all of it, or nothing if the check fails."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from enum import StrEnum, auto
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from wizard import schemes
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.schemes import security_checks
from wizard.schemes.facts import FIND_RRSYNC
from wizard.server import exports, kept_facts, locks, taking_over
from wizard.server.by_password import account_files, key_lines, marked_lines
from wizard.server.exports import authorized_keys
from wizard.server.reaching import sign_in
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.access import Access
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts, Version
    from wizard.server.by_password.password_login import PasswordLogin
    from wizard.server.exports.context import ExportContext

T = TypeVar("T")

_KEYS = ".ssh/authorized_keys"
_MOST_SECONDS = 120.0
_GRACE_SECONDS = 10.0
_MOST_SECONDS_TO_UNDO = 60.0


class InstallStage(StrEnum):
    """How far it is."""

    SIGNING_IN = auto()
    INSTALLING = auto()
    TRYING = auto()
    UNDOING = auto()


VERSIONS_NEED_ADMIN = _("Only your admin can set up older versions: also send them the message.")
TAKEN_BACK = _("All changes were undone: the server is as it was before.")
STAGES = {
    InstallStage.SIGNING_IN: _("Signing in with the password"),
    InstallStage.INSTALLING: _("Adding the key"),
    InstallStage.TRYING: _("Testing the key and running the security check"),
    InstallStage.UNDOING: _("Undoing all changes"),
}


@dataclass
class Change:
    """What was changed on the server, as far as it has come: what was in each file before, or that it was not there.

    `made` are folders, and `marked` the empty files in them by which a check knows the place.
    """

    before: dict[str, bytes | None] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)


def is_offered(profile: Profile) -> bool:
    """Whether the account itself may do all that the scheme needs."""
    return not schemes.of(profile).needs_root


async def install(profile: Profile, access: Access, password: Secret, tell: Callable[[InstallStage], None]) -> None:
    """Put this computer's key on the server and prove it; whatever goes wrong, the server is as it was before.

    Raises:
        Failure: as for `PasswordLogin.sign_in`, `put` and `sign_in.attempt`; `LOCK_OPEN`; `INSTALL_TOO_SLOW`;
            `NOT_UNDONE`.
    """
    from wizard.server.by_password.password_login import PasswordLogin  # paramiko takes its time

    tell(InstallStage.SIGNING_IN)
    login, change = PasswordLogin(profile), Change()
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            await _to_its_end(login, partial(login.sign_in, password))
            tell(InstallStage.INSTALLING)
            await _to_its_end(login, partial(put, login, profile, access, change))
            tell(InstallStage.TRYING)
            await _prove(profile, access)
    except BaseException as error:
        if change.after:
            tell(InstallStage.UNDOING)
            await _take_back(login, profile, password, change)
            kept_facts.forget_let_in(profile)
        if isinstance(error, TimeoutError):
            raise Failure(Kind.INSTALL_TOO_SLOW, profile.server.host) from None
        raise
    finally:
        login.close()


def put(login: PasswordLogin, profile: Profile, access: Access, change: Change) -> None:
    """Put folder, settings and key in place, the key last; `change` notes what there was before.

    Raises:
        Failure: `SERVER_SHELL_BLOCKS`, `NO_RRSYNC` or `SERVER_HOME_CLOSED`.
    """
    learnt = _learn(login, profile)
    if schemes.of(profile).needs_rrsync(profile) and not learnt.rrsync:
        raise Failure(Kind.NO_RRSYNC, profile.server.host)
    context = exports.context_of(profile, access.facts, learnt)
    texts = _texts(context)
    folders = list(dict.fromkeys([*_folders(context), *(part for path in texts for part in _parents(path))]))
    markers = [f"{one.path}/{one.marker}" for one in context.setup.directories if one.marker]
    found = account_files.look(login, [*folders, *markers, *texts])
    change.made = [path for path in folders if found[path] is None]
    change.marked = [path for path in markers if found[path] is None]
    for path, text in texts.items():
        change.before[path] = content = found[path]
        change.after[path] = text if path != _KEYS else key_lines.put(content or b"", profile.name, text)
    account_files.change(
        login,
        [
            *map(account_files.make_folder, change.made),
            *(account_files.write(path, b"") for path in change.marked),
            *(account_files.write(path, text) for path, text in change.after.items()),
        ],
    )


def undo(login: PasswordLogin, profile: Profile, change: Change) -> None:
    """Take back what was put in place; lines that others have added meanwhile stay.

    Raises:
        Failure: as for `account_files.look` and `account_files.change`.
    """
    now = account_files.look(login, change.after)
    steps = []
    for path, before in change.before.items():
        found = now[path]
        if found is None or found == before:
            continue
        if found == change.after[path]:
            steps.append(account_files.write(path, before) if before is not None else account_files.remove(path))
        elif path == _KEYS:
            steps.append(account_files.write(path, marked_lines.without(found, profile.name)))
    steps += [account_files.remove(path) for path in change.marked]
    steps += [account_files.remove_if_empty(path) for path in reversed(change.made)]
    account_files.change(login, steps)


async def _take_back(login: PasswordLogin, profile: Profile, password: Secret, change: Change) -> None:
    try:
        async with asyncio.timeout(_MOST_SECONDS_TO_UNDO):
            if not login.is_open:
                await _to_its_end(login, partial(login.sign_in, password))
            await _to_its_end(login, partial(undo, login, profile, change))
    except TimeoutError:
        raise Failure(Kind.NOT_UNDONE, profile.server.host) from None
    except Failure as failure:
        raise Failure(Kind.NOT_UNDONE, profile.server.host, failure.raw) from None


async def _prove(profile: Profile, access: Access) -> None:
    await sign_in.attempt(profile, access)
    await taking_over.take_over(profile, access)
    if not schemes.of(profile).locks_key:
        return  # what it leaves open was said and agreed to before
    # The password's own door is no door of the key's: it was open before, or we had not come in.
    findings = [found async for found in locks.check(profile, access) if found.id != security_checks.PASSWORD.id]
    if titles := [found.title for found in findings if found.held is False]:
        raise Failure(Kind.LOCK_OPEN, ", ".join(titles))
    if locks.verdict(findings) != "locked":
        raise Failure(Kind.LOCK_UNTESTED, "\n".join(locks.why_untested(findings)))


async def _to_its_end(login: PasswordLogin, work: Callable[[], T]) -> T:
    """Do the work in a thread; who stops waiting for it goes on only when it is done, so that it can be undone.

    Where the server does not let it come to its end, the connection is cut.
    """
    working = asyncio.ensure_future(in_background(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        _, still_at_it = await asyncio.wait([working], timeout=_GRACE_SECONDS)
        if still_at_it:
            await in_background(login.close)
            await asyncio.wait([working])
        raise


def _learn(login: PasswordLogin, profile: Profile) -> ServerFacts:
    rrsync, version = account_files.ask(login, (f"({FIND_RRSYNC})\n", "rsync --version\n"))
    found: dict[str, str | Version] = {"rrsync": rrsync.decode(errors="replace").strip()}
    if told := re.search(rb"version v?(\d{1,4}(?:\.\d{1,4}){1,3})", version):
        found["rsync_version"] = tuple(map(int, told[1].split(b".")))
    return kept_facts.learn(profile, **found)


def _texts(context: ExportContext) -> dict[str, bytes]:
    return {_KEYS: authorized_keys.marked(context).encode()}


def _folders(context: ExportContext) -> list[str]:
    return [part for folder in context.setup.directories for part in (*_parents(folder.path), folder.path)]


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in reversed(PurePosixPath(path).parents) if parent.name]
