"""One POSIX shell script that sets a server up for any number of backups, and takes it back."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard import __version__
from wizard.failure import Failure, Kind
from wizard.schemes import reading
from wizard.server.exports import authorized_keys, rsyncd, sshd_config
from wizard.server.receipts.receipt_text import plain_folder
from wizard.storage import paths
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wizard.schemes.setup import ServerSetup
    from wizard.server.exports.context import ExportContext

FILE_NAME = "setup.sh"

_START = 'main "$@"\n'
_END_OF_PROGRAM = "END_OF_VERSIONS_PROGRAM"
_SAVED_AS = "backup-wizard-{}-script.sh"
_PUBLIC_KEY = re.compile(r"(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ AAAA[A-Za-z0-9+/]+={0,3}(?: .*)?", re.ASCII)
_LINE_ENDS = re.compile(r"[\n\r\0]")

_HEAD = """\
#!/bin/sh
# {lets} with rsync (backup-wizard {version}). Run it as root:
{secret}#   sh {file} --check    shows what it would change, and changes nothing
#   sh {file}            makes the changes, and prints a receipt to send back
#   sh {file} --undo     undoes the changes; it never deletes backups
{careful}# Everything specific to {whom} is above the line “How it works”.
# shellcheck disable=SC2016,SC2034 # single quotes keep text as it is; not every value is used
"""
_CAREFUL = """\
# CAREFUL: it replaces the key (or password) that {names} {has} now, which then no longer works. Anyone can send
# you such a request: first make sure that it comes from the owner. Then run it with --new-key.
"""
_LETS_BACK_UP = "Lets the computer “{name}” back up to this server"
_LETS_READ = "Lets the computer “{name}” read its backup on this server, for a restore,"
_HOLDS_SECRET = (
    "# THIS FILE CONTAINS A PASSWORD: make sure only you can read it (chmod 600), and delete it afterwards.\n"  # noqa: S105
)


def render(context: ExportContext) -> str:
    """The script for one backup.

    Raises:
        Failure: as for `render_many`.
    """
    return render_many([context])


def render_many(contexts: Sequence[ExportContext]) -> str:
    """The script for any number of backups; it asks for the passwords that are not in the contexts.

    Raises:
        Failure: `BAD_VALUE` for a value that would not stay in its line, or for two backups in one place.
    """
    require_apart(contexts)
    functions = "\n".join(_function(number, context) for number, context in enumerate(contexts, 1))
    machinery = (paths.assets() / "templates" / "setup.sh").read_text("utf-8")
    if any(context.keeps_versions for context in contexts):
        machinery = f"{machinery.removesuffix(_START)}{_versions_program()}\n{_START}"
    return f"{_head(contexts)}backups={len(contexts)}\n\n{functions}\n{machinery}"


def _versions_program() -> str:
    """The program that keeps versions, as what a function of the script prints."""
    program = (paths.assets() / "templates" / "versions.sh").read_text("utf-8")
    return f"versions_program() {{\n    cat <<'{_END_OF_PROGRAM}'\n{program}{_END_OF_PROGRAM}\n}}\n"


def holds_secret(contexts: Iterable[ExportContext]) -> bool:
    """Whether the script has a password in it, and so is to be shown and saved with care."""
    return any(context.secret and context.setup.secrets for context in contexts)


def quoted(text: str) -> str:
    """A text as the shell reads back just that; signs that can't be seen are spelt out in octal."""
    if text.replace("\n", "").isprintable():
        return "'" + text.replace("'", "'\\''") + "'"
    # Bytes that are no UTF-8 and marks that turn writing around would mislead who reads the script.
    seen = (sign if sign.isprintable() or sign == "\n" else _octal(sign) for sign in text.replace("\\", "\\\\"))
    return f"\"$(printf '%b' {quoted(''.join(seen))})\""


def _octal(sign: str) -> str:
    return "".join(f"\\0{byte:03o}" for byte in os.fsencode(sign))


def _head(contexts: Sequence[ExportContext]) -> str:
    names = [context.name for context in contexts]
    lets = f"Lets {len(names)} computers back up to this server, or read a backup on it,"
    if len(names) == 1:
        lets = _LETS_READ if contexts[0].for_reading else _LETS_BACK_UP
    secret = _HOLDS_SECRET if holds_secret(contexts) else ""
    file = _SAVED_AS.format(names[0] if len(names) == 1 else f"{len(names)}-computers")
    whom = "this backup" if len(names) == 1 else "these backups"
    adopted = [context.name for context in contexts if context.adopts]
    careful = _CAREFUL.format(names=", ".join(adopted), has="has" if len(adopted) == 1 else "have") if adopted else ""
    return _HEAD.format(
        lets=lets.format(name=contexts[0].profile.name),
        whom=whom,
        version=__version__,
        file=file,
        careful=careful,
        secret=secret,
    )


def _function(number: int, context: ExportContext) -> str:
    lines = "\n".join(f"    {line}" if line else "" for line in _values(context))
    return f"backup_{number}() {{\n{lines}\n}}\n"


def _values(context: ExportContext) -> Iterator[str]:
    setup, daemon, secrets = context.setup, context.setup.daemon, context.setup.secrets
    require_lines(context)
    root = quoted(plain_folder(context.profile.server.root))
    yield f"name={quoted(context.name)} account={quoted(setup.account)} root={root}"
    (folder,) = setup.directories
    yield f"folder={quoted(normal(folder.path))} # {folder.reason}"
    if folder.marker:
        yield f"marker={quoted(folder.marker)} # an empty file that the security check looks for"
    if context.keeps_versions:
        kept = context.profile.versions
        yield f"versions={quoted(f'{kept.daily} {kept.weekly} {kept.monthly}')} # days, weeks and months"
    if context.adopts:
        yield f"takes_over={quoted(reading.label(context.name))} # another computer's keys: also one for a restore"
    elif former := _former(context):
        yield f"former_keys={quoted(' '.join(former))} # of the same computer: they may be replaced"
    if setup.key_lines:
        yield from _key(context)
    if daemon:
        yield from _daemon(context)
    if secrets:
        yield f"secrets_file={quoted(secrets.path)} secrets_user={quoted(secrets.user)}"
        yield f"secret={quoted(context.secret.reveal() if context.secret else '')} # if empty, the script asks for it"


def _bare(block: str) -> str:
    """A block without the reasons in it, so that what is special to a backup fits one screen."""
    lines = block.rstrip("\n").split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith("#") or line in (lines[0], lines[-1]))


def _key(context: ExportContext) -> Iterator[str]:
    block = authorized_keys.marked(context).rstrip("\n")
    yield "# For the account's authorized_keys"
    if not any(key_line.options for key_line in context.setup.key_lines):
        yield "# CAREFUL: no option limits this key. It can do everything the account can do"
    yield f"key_block={quoted(block)}"
    if context.later:
        yield f"later_keys={quoted(' '.join(context.later))} # with the same key for more places: they come after it"
    if context.setup.sshd:
        yield "# For sshd, unless someone uses the account's password"
        yield f"sshd_block={quoted(_bare(sshd_config.render(context.setup)))}"


def _former(context: ExportContext) -> list[str]:
    """The keys that this computer had before, without their types."""
    present = [key_line.key for key_line in context.setup.key_lines]
    keys = context.replaced.keys if context.replaced else ()
    return [key.split()[1] for key in keys if not any(key in one for one in present)]


def _daemon(context: ExportContext) -> Iterator[str]:
    daemon = context.setup.daemon
    assert daemon
    if daemon.private:
        yield f"daemon_private={quoted(daemon.path)} # owned by root; this account's daemon reads it"
    yield f"module={quoted(daemon.modules[0].name)}"
    yield f"daemon_block={quoted(_bare(rsyncd.render(context)))}"


def normal(path: str) -> str:
    """A folder's path without what says nothing in it, as the script goes down it step by step."""
    return str(PurePosixPath("/", path.lstrip("/"))) if path.startswith("/") else str(PurePosixPath(path))


def require_apart(contexts: Sequence[ExportContext]) -> None:
    """Refuse two backups of one server that would have the same marks in the same file.

    Raises:
        Failure: `BAD_VALUE`.
    """
    seen: set[tuple[str, str]] = set()
    for context in contexts:
        place = context.setup.account if context.setup.key_lines else ""  # one daemon serves all accounts
        if (place, context.name) in seen:
            raise Failure(
                Kind.BAD_VALUE, _("Two backups are named {name}. Rename one of them").format(name=context.name)
            )
        seen.add((place, context.name))


def require_lines(context: ExportContext) -> None:
    """Refuse values that would not stay in their lines.

    Raises:
        Failure: `BAD_VALUE`.
    """
    for value in _all_values(context.setup):
        if _LINE_ENDS.search(value):
            raise Failure(
                Kind.BAD_VALUE, _("A value for the server contains a line break ({value})").format(value=repr(value))
            )
    for key_line in context.setup.key_lines:
        if not _PUBLIC_KEY.fullmatch(key_line.key):
            raise Failure(Kind.BAD_VALUE, _("{value} isn't a public key").format(value=repr(key_line.key[:60])))
    if context.secret and _LINE_ENDS.search(context.secret.reveal()):
        raise Failure(Kind.BAD_VALUE, _("The password contains a line break"))


def _all_values(setup: ServerSetup) -> Iterator[str]:
    yield setup.account
    for folder in setup.directories:
        yield from (folder.path, folder.reason, folder.marker)
    for key_line in setup.key_lines:
        yield key_line.key
        yield from (text for option in key_line.options for text in (option.reason, option.value or ""))
    for module in setup.daemon.modules if setup.daemon else ():
        yield module.name
        yield from (text for one in module.settings for text in (one.value, one.reason))
