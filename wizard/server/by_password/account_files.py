"""Looking into an account's home and changing it, by scripts that any POSIX shell runs."""

from __future__ import annotations

import secrets
import shlex
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.server.by_password.password_login import PasswordLogin


def look(login: PasswordLogin, paths: Iterable[str]) -> dict[str, bytes | None]:
    """What is in each file, nothing for a folder, and `None` where there is neither.

    Raises:
        Failure: as for `ask`.
    """
    paths = list(paths)
    asked = (
        # A pipe would be waited for, and a device has no end.
        f"if test -e {path}; then printf +; test -d {path} ||\n"
        f"{{ test -f {path} || echo {path} is not a file >&2; test -f {path} && cat {path}; }} || exit; fi\n"
        for path in map(shlex.quote, paths)
    )
    answers = ask(login, asked)
    return {path: answer[1:] if answer else None for path, answer in zip(paths, answers, strict=True)}


def ask(login: PasswordLogin, questions: Iterable[str]) -> list[bytes]:
    """What each of several pieces of script prints.

    Raises:
        Failure: `SERVER_SHELL_BLOCKS` or `SERVER_HOME_CLOSED`, or the connection was cut.
    """
    # A word that nobody can foresee parts the answers; before the first, a start-up file may have printed anything.
    word, questions = secrets.token_hex(16), list(questions)
    parts = "".join(f"printf %s {word}\n{question}" for question in questions)
    answer = login.run(f"cd || exit\n{parts}printf %s {word}\n".encode())
    answers = answer.stdout.split(word.encode())[1:-1]
    if not answers and not answer.stderr:
        raise Failure(Kind.SERVER_SHELL_BLOCKS, raw=answer.stdout.decode(errors="replace"))
    if len(answers) != len(questions):
        raise Failure(Kind.SERVER_HOME_CLOSED, "~", answer.stderr.decode(errors="replace"))
    return answers


def change(login: PasswordLogin, steps: Iterable[bytes]) -> None:
    """Go through steps, to the first that fails.

    Raises:
        Failure: `SERVER_HOME_CLOSED`, or the connection was cut.
    """
    word = secrets.token_hex(16)
    answer = login.run(b"".join([b"set -e\numask 077\ncd\n", *steps, f"printf %s {word}\n".encode()]))
    if not answer.stdout.endswith(word.encode()):
        printed = answer.stderr.decode(errors="replace")
        raise Failure(Kind.SERVER_HOME_CLOSED, "~", printed)


def make_folder(path: str) -> bytes:
    """A step that makes a folder for the account alone."""
    return f"mkdir -m 700 {shlex.quote(path)}\n".encode()


def write(path: str, content: bytes) -> bytes:
    """Steps that put a file in place whole, with the mode it has, or for its owner alone; a link stays a link."""
    place, text = shlex.quote(path), b"'" + content.replace(b"'", b"'\\''") + b"'"
    aside = (
        f"file=$(readlink -f {place} || printf %s {place})\n"
        "new=$file.backup-wizard-new\n"
        "trap 'rm -f \"$new\"' EXIT\n"
        'rm -f "$new"\n'
        'if test -e "$file"; then cp -p "$file" "$new"; fi\n'
    )
    return aside.encode() + b"printf %s " + text + b' > "$new"\nmv -f "$new" "$file"\n'


def remove(path: str) -> bytes:
    """A step that removes a file."""
    return f"rm -f {shlex.quote(path)}\n".encode()


def remove_if_empty(path: str) -> bytes:
    """A step that removes a folder, if nothing is in it."""
    return f"rmdir {shlex.quote(path)} 2>/dev/null || :\n".encode()
