"""From any failure to what happened, who can fix it, what to do, and the message to send."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard import allowed_from, schemes
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.server import kept_facts
from wizard.storage import files, paths
from wizard.text import display
from wizard.text.display import printable
from wizard.text.language import _
from wizard.trouble import patterns
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.trouble.words import OF_A_PASSWORD, WORDS, Who

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile

__all__ = ["Diagnosis", "Sure", "Trouble", "Who", "explain", "keep_raw", "kind_of"]

_EXIT_CODES = {
    Kind.BAD_PROFILE: 2,
    Kind.FOREIGN_PROFILE: 2,
    Kind.NO_SUCH_PROFILE: 2,
    Kind.PROFILE_DIFFERS: 2,
    Kind.NO_SUCH_FILE: 2,
    Kind.FOREIGN_REQUEST: 2,
    Kind.UNDECIDED: 2,
    Kind.BAD_VALUE: 2,
    Kind.BAD_RECEIPT: 2,
    Kind.SCHEME_UNKNOWN: 2,
    Kind.FILE_EXISTS: 2,
    Kind.NO_PLACE_FOR_FILE: 2,
    Kind.NO_TERMINAL: 2,
    Kind.TIMER_CHANGED: 2,
    Kind.ALARM_ADDRESS: 2,
    Kind.PING_ADDRESS: 2,
    Kind.NOT_IN_BACKUP: 2,
    Kind.NO_VERSIONS_KEPT: 2,
    Kind.NO_SUCH_VERSION: 2,
    Kind.TARGET_IN_BACKUP: 2,
    Kind.LOCK_OPEN: 1,
    Kind.LOCK_UNTESTED: 1,
    Kind.PASSWORD_OPEN: 1,
    Kind.BACKUP_AT_RISK: 1,
    Kind.BACKUP_GONE: 1,
    Kind.FILES_UNREADABLE: 1,
    Kind.FILES_VANISHED: 1,
    Kind.FOLDERS_IN_THE_WAY: 1,
    Kind.SERVER_FILES_CLOSED: 1,
    Kind.SERVER_FOLDERS_SHUT: 1,
    Kind.SERVER_NAMES_REFUSED: 1,
    Kind.SERVER_CANT_HOLD: 1,
    Kind.SERVER_FILES_REFUSED: 1,
    Kind.PATH_TOO_LONG: 1,
    Kind.RESTORED_DIFFER: 1,
    Kind.DRILL_DIFFERS: 1,
    Kind.READ_KEY_EXPIRED: 1,
    Kind.WAITING_FOR_ADMIN: 75,
    Kind.SERVER_UNVERIFIED: 75,
    Kind.READ_KEY_WAITING: 75,
    Kind.VERSION_MOVED: 75,
}
_UNAVAILABLE = 69

# While the admin has not put the text in place, a server says one of these.
_NOT_LET_IN = {Kind.KEY_REFUSED, Kind.TOO_MANY_KEYS, Kind.DAEMON_REFUSED, Kind.DAEMON_MODULE_UNKNOWN}

# What each of them means once the server has let us in.
_LET_IN_BEFORE = {
    Kind.KEY_REFUSED: Kind.KEY_NO_LONGER_ACCEPTED,
    Kind.TOO_MANY_KEYS: Kind.KEY_NO_LONGER_ACCEPTED,
    Kind.DAEMON_REFUSED: Kind.DAEMON_NO_LONGER_ACCEPTS,
    Kind.DAEMON_MODULE_UNKNOWN: Kind.DAEMON_NO_LONGER_ACCEPTS,
}

# What each of these means once the admin's receipt has said so.
_MAY_BE_LOCKED_OUT = {*_LET_IN_BEFORE, *_LET_IN_BEFORE.values(), Kind.WAITING_FOR_ADMIN}

_WITHOUT_SSH = {Kind.SERVER_SHELL_TALKS: Kind.NOT_RSYNCD, Kind.SERVER_SILENT: Kind.CONNECTION_CUT}


class Trouble(msgspec.Struct, frozen=True):
    """A failure as a person can act on it; `forward` is the message for the admin, where the admin has to fix it.

    `found` is what a closer look at the server told.
    """

    kind: Kind
    what: str
    who: Who
    to_do: str
    forward: str = ""
    raw: str = ""
    found: str = ""

    @property
    def sentence(self) -> str:
        """The whole of it on one line: what happened — who can fix it — what to do."""
        return f"{self.what} — {self.who.aside} — {self.to_do}"

    @property
    def waits_for_admin(self) -> bool:
        """Whether it is what a server says for as long as the admin has not put the text in place."""
        return self.kind in _NOT_LET_IN

    @property
    def exit_code(self) -> int:
        """What a command ends with."""
        return _EXIT_CODES.get(self.kind, _UNAVAILABLE)


def explain(failure: Failure, profile: Profile | None = None, found: Diagnosis | None = None) -> Trouble:
    """What a failure means; all texts in it are safe to show on a terminal.

    `found` is what `diagnose.ask` came back with, if anything.
    """
    found = found or Diagnosis()
    kind = found.kind or kind_of(failure, profile)
    if profile and kind in _LET_IN_BEFORE and kept_facts.was_let_in(profile):
        kind = _LET_IN_BEFORE[kind]
    if profile and kind in _MAY_BE_LOCKED_OUT and kept_facts.locked_out(profile):
        kind, found = Kind.LOCKED_OUT, Diagnosis()
    words = OF_A_PASSWORD.get(kind, WORDS[kind]) if profile and schemes.has_password(profile) else WORDS[kind]
    printed = (found.raw or failure.raw).replace("\r\n", "\n")
    about = _facts(failure, kind, profile) | {"raw": printable(" ".join(printed.split("\n")).strip())}
    raw = printable(printed, keep_lines=True).strip()
    if failure.exit_code is not None:
        raw = f"{raw}\n{_exit_code(failure)}".strip()
    forward = _translated(words.forward).format_map(about) if found.who in {None, Who.ADMIN} else ""
    return Trouble(
        kind=kind,
        what=_translated(words.what).format_map(about),
        who=found.who or words.who,
        to_do=printable(found.to_do) or _translated(words.to_do).format_map(about),
        forward=printable(found.forward, keep_lines=True) or forward,
        raw=raw,
        found=printable(found.sentence),
    )


def kind_of(failure: Failure, profile: Profile | None = None) -> Kind:
    """The cause of a failure; what a program printed is read for it."""
    if not isinstance(failure, ProgramFailed):
        return failure.kind
    if profile and profile.server.jump:
        from wizard.client.ssh import tunnel  # hardly anybody has a jump host

        if of_jump := tunnel.cause(failure.raw):
            return of_jump
    kind = patterns.read(failure.exit_code, failure.raw)
    if kind is Kind.KEY_OPEN_TO_OTHERS and profile and profile.key_is_agents:
        return Kind.AGENT_SILENT  # without the agent, ssh takes the public key's file for the private key
    if profile and not schemes.of(profile).uses_ssh:  # no shell had a part in it
        return _WITHOUT_SSH.get(kind, kind)
    return kind


def keep_raw(trouble: Trouble, profile: Profile | None) -> Path | None:
    """Keep what a program printed beside the walk's other state, and return where."""
    if not trouble.raw:
        return None
    path = _transcript(profile)
    try:
        files.replace(files.private_folder(path.parent) / path.name, f"{trouble.raw}\n".encode())
    except Failure:  # the words that matter are shown all the same
        return None
    return path


def _transcript(profile: Profile | None) -> Path:
    folder = paths.walk_state(profile.name) if profile and profile.name else paths.state()
    return folder / "last-trouble.txt"


def _facts(failure: Failure, kind: Kind, profile: Profile | None) -> dict[str, str]:
    found = {
        "about": _about(failure, kind, profile),
        "raw": failure.raw.strip(),
        "advice": failure.advice,
        "name": "NAME",
        "host": _("the server"),
        "port": _("its port"),
        "user": _("my account"),
        "exit_code": "" if failure.exit_code is None else f" {_exit_code(failure)}",
        "kept": paths.shown(_transcript(profile)),
        "jump": _("that you use"),
        "by_hand": "ssh",
    }
    here = _("my backup's folder")
    found |= {"folder": here, "key": _("my key"), "destination": here, "places": "", "since": "?"}
    if profile:
        found |= {
            "name": profile.name,
            "host": profile.server.host or _("the server"),
            "port": str(profile.server.port),
            "user": profile.server.user or found["user"],
            "folder": _folder(profile),
            "key": str(profile.key_path),
            "destination": profile.destination,
            "places": _places(profile),
            "since": display.day(datetime.fromtimestamp(kept_facts.locked_out(profile), UTC)),
        }
        if jump := profile.server.jump_host:
            found |= {"jump": str(jump), "by_hand": jump.by_hand}
    return {name: _Value(printable(value)) for name, value in found.items()} | {"lines": _lines(failure)}


class _Value(str):
    """A value as a sentence has it, or with `{value:sh}` as a word of a command that is pasted into a shell."""

    def __format__(self, form: str) -> str:
        return shlex.quote(self) if form == "sh" else super().__format__(form)


def _about(failure: Failure, kind: Kind, profile: Profile | None) -> str:
    """What it happened to; a program that failed knows that less well than the profile does."""
    if kind is Kind.KEY_UNUSABLE and profile and failure.kind is not kind:
        return paths.shown(profile.key_path)
    if profile is None or not isinstance(failure, ProgramFailed) or kind is Kind.UNKNOWN:
        return failure.about
    if kind in {Kind.NAME_UNKNOWN, Kind.HOST_UNREACHABLE}:
        return profile.server.host
    from wizard.client.ssh import dial  # the first screen is there sooner without it

    return str(dial.service(profile))


def _folder(profile: Profile) -> str:
    """The folder that setting up the server makes."""
    return schemes.opened_folder(profile).rstrip("/")


def _places(profile: Profile) -> str:
    named = "" if profile.scheme.elsewhere else allowed_from.text(profile.scheme.from_)
    return " " + _("My address has to be one of these: {addresses}.").format(addresses=named) if named else ""


def _exit_code(failure: Failure) -> str:
    return _("(exit code {number})").format(number=failure.exit_code)


def _translated(message: str) -> str:
    return _(message) if message else ""  # gettext's answer to an empty message is its own header


def _lines(failure: Failure) -> str:
    """What is to be handed over line by line, as it is."""
    return printable(failure.raw, keep_lines=True).strip()
