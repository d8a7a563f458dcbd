"""A second key, or password, for a backup that its own may not read: asked for, let in, proved, and seen shut again."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes, trouble
from wizard.client import access as accesses
from wizard.client.keys import daemon_password, reading_key
from wizard.client.process.background import in_background
from wizard.client.ssh import program
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.restore import read_probes
from wizard.schemes import reading
from wizard.schemes.facts import ONE_COMMAND_SHELLS
from wizard.schemes.parts import reading_line
from wizard.server import exports, kept_facts
from wizard.server.exports import pasted_commands
from wizard.server.handed_over import Replaced
from wizard.server.locks.rsync_runner import RsyncRunner
from wizard.server.reaching import sign_in
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.client.keys.reading_key import Asked
    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.server.exports.context import ExportContext
    from wizard.server.locks import Finding

_NOT_LET_IN = frozenset({Kind.KEY_REFUSED, Kind.TOO_MANY_KEYS, Kind.DAEMON_REFUSED, Kind.DAEMON_MODULE_UNKNOWN})
_GONE = frozenset({Kind.SECRET_MISSING, Kind.KEY_MISSING, Kind.KEY_UNUSABLE, Kind.PASSPHRASE_WRONG})


class Opened(msgspec.Struct, frozen=True):
    """A backup that can be read: by which profile, with what access, and what the security check of that found."""

    reader: Profile
    access: Access
    findings: tuple[Finding, ...]


class Door(StrEnum):
    """Whether the server still lets the second key in, after its time."""

    SHUT = auto()
    """The server refuses it, and lets the backup's own key in; it was removed here."""
    STILL_OPEN = auto()
    UNKNOWN = auto()
    """The server could not be asked, or refuses the backup's own key as well."""
    ELSEWHERE = auto()
    """It is another server's, or another account's, than the backup's now; it was removed here."""
    GONE = auto()
    """The key or its secret is no longer here, so that nothing can be asked with it."""


def ask(profile: Profile) -> ExportContext:
    """Have a second key and keep what is asked for with it; what it returns is what every format is written from.

    As long as its time is not over, that stays the same.

    Raises:
        Failure: `BAD_VALUE` where none is needed or the server can't take one, `READ_KEY_NO_KEYRING`, or as for
            `reading_key.ensure`.
    """
    server = kept_facts.known(profile)
    if not reading.is_needed(profile, versions=profile.versions.are_kept):
        raise Failure(Kind.BAD_VALUE, _("This computer may read its backup, so there is nothing to ask for"))
    if server.shell_is(*ONE_COMMAND_SHELLS):
        raise Failure(Kind.BAD_VALUE, _("The account's login shell (rssh) can't take a key for reading"))
    before = reading_key.in_use(profile.name)
    if before and not before.has_expired and reading_key.is_for(profile, before):
        return context(profile, before)
    # The time is told in minutes.
    now = datetime.now().astimezone().replace(second=0, microsecond=0)
    expires = now + reading.LASTS + timedelta(minutes=1)
    try:
        asked = reading_key.ensure(profile, expires, by_itself=reading.expires_by_itself(profile, server))
    except Failure as failure:
        if failure.kind is Kind.KEYRING_MISSING:  # unlike for the backup's own key, there is no other choice
            raise Failure(Kind.READ_KEY_NO_KEYRING, raw=failure.raw) from None
        raise
    return context(profile, asked)


def context(profile: Profile, asked: Asked) -> ExportContext:
    """What that asks of the server.

    Raises:
        Failure: the key or the password is gone.
    """
    by = reading.reader(profile, asked.file)
    client = msgspec.structs.replace(accesses.facts(by), recorded=None)
    secret = None if schemes.of(by).uses_ssh else daemon_password.fetch(by)
    replaced = Replaced(asked.keys) if asked.replaces else None
    return exports.context_for_reading(profile, client, asked.expires.astimezone(), secret, replaced)


def require(profile: Profile, *, versions: bool = False) -> Asked | None:
    """What was asked for, where the backup's own key may not read it, or its older versions; `None` where it may.

    Raises:
        Failure: `CANT_READ_BACK` if nothing was asked for.
    """
    if not reading.is_needed(profile, versions=versions):
        return None
    asked = reading_key.in_use(profile.name)
    if asked and reading_key.is_for(profile, asked):
        return asked
    raise Failure(Kind.CANT_READ_BACK, profile.name)


async def open_door(profile: Profile, session: Session, asked: Asked) -> Opened:
    """Sign in with the second key, and try all that it must not do.

    Raises:
        Failure: `READ_KEY_WAITING` while the admin has not let it in, `READ_KEY_EXPIRED` once its time is over, or the
            server can't be asked.
    """
    by = reading.reader(profile, asked.file)
    await in_background(lambda: reading_key.require_usable(profile.name, asked))
    admitted = await session.access(by)
    try:
        await _sign_in(profile, by, admitted, asked)
    except Failure as failure:
        if trouble.kind_of(failure, by) not in _NOT_LET_IN:
            raise
        kind = Kind.READ_KEY_EXPIRED if asked.has_expired else Kind.READ_KEY_WAITING
        raise Failure(kind, told_time(asked), failure.raw, failure.exit_code) from None
    reading_key.note_let_in(profile.name)
    async with aclosing(read_probes.check(profile, by, admitted, asked)) as tried:
        return Opened(by, admitted, tuple([finding async for finding in tried]))


async def look_behind(profile: Profile, session: Session) -> Door | None:
    """Whether the door is shut once its time is over; then the key is removed here. `None` while none has to be.

    That the server refuses the second key says something only while it lets the backup's own in.

    Raises:
        Failure: the key can't be removed here.
    """
    asked = reading_key.in_use(profile.name)
    if asked is None or not asked.has_expired:
        return None
    if not reading_key.is_for(profile, asked):
        await in_background(lambda: reading_key.remove(profile.name))
        return Door.ELSEWHERE
    by = reading.reader(profile, asked.file)
    try:
        await in_background(lambda: reading_key.require_usable(profile.name, asked))
    except Failure as failure:
        if failure.kind not in _GONE:
            return Door.UNKNOWN
        await in_background(lambda: reading_key.remove(profile.name))
        return Door.GONE
    try:
        await _sign_in(profile, by, await session.access(by), asked)
    except Failure as failure:
        if trouble.kind_of(failure, by) not in _NOT_LET_IN:
            return Door.UNKNOWN
    else:
        return Door.STILL_OPEN
    try:
        await sign_in.attempt(profile, await session.access(profile))
    except Failure:
        return Door.UNKNOWN
    await in_background(lambda: reading_key.remove(profile.name))
    return Door.SHUT


def told_time(asked: Asked) -> str:
    """When its time is over, on this computer's clock."""
    return f"{asked.expires.astimezone():%Y-%m-%d %H:%M}"


def in_words(profile: Profile, asked: Asked, door: Door) -> str:
    """What became of the door, for the person."""
    match door:
        case Door.SHUT:
            return _("The server no longer accepts the key for reading. It was deleted here.")
        case Door.ELSEWHERE:
            return _("This backup goes elsewhere now. The key for reading it at the old place was deleted here.")
        case Door.GONE:
            return _("The key for reading is gone from this computer, so it can't be checked any more.")
        case Door.STILL_OPEN if asked.by_itself:
            told = _("The server still accepts the key for reading, though its time ended ({time}).")
            return told.format(time=told_time(asked))
        case Door.STILL_OPEN:
            return _("The server still accepts the key for reading. Ask your admin to take it back now.")
    return _("Can't tell yet whether the server still accepts the key for reading. It will be checked again.")


def letter(profile: Profile, asked: Asked) -> str:
    """What to send to the admin so that the door is shut: the line that takes it back, which names no key."""
    told = _(
        "I have restored my files from {host}. Please take back what lets “{name}” read its backup: paste this line"
        " into a root shell. The backup stays as it is:"
    )
    taken_back = exports.context_for_reading(profile, accesses.computer(), asked.expires.astimezone())
    line = pasted_commands.take_back(taken_back)
    return f"{told.format(host=profile.server.host, name=profile.name)}\n\n{line}"


async def _sign_in(profile: Profile, by: Profile, admitted: Access, asked: Asked) -> None:
    if not schemes.of(by).uses_ssh:
        called = await RsyncRunner(by, admitted, None).as_restore("--exclude=*")
        if called.exit_code:
            raise ProgramFailed("rsync", called.exit_code, called.printed)
        return
    finished = await program.run(by, admitted, sign_in.HARMLESS)
    printed = finished.stdout + finished.stderr
    if not program.is_let_in(finished) or reading_line.NO_FOLDER in printed:
        raise ProgramFailed("ssh", finished.exit_code, finished.stderr)
    if reading.line_says(profile) not in [line.strip() for line in printed.splitlines()]:
        text = exports.rendered(context(profile, asked), "authorized-keys")
        raise Failure(Kind.COMMAND_DRIFTED, profile.server.host, text)
