"""`backup-wizard-askpass`: what ssh calls when it needs a passphrase.

It answers for a backup's own key file alone. The passphrase comes from the keyring or, while the wizard runs and
was given it by the person, from the wizard's socket.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.storage import paths

if TYPE_CHECKING:
    from wizard.profile import Profile

PROFILE_VARIABLE = "BACKUP_WIZARD_PROFILE"
SOCKET_VARIABLE = "BACKUP_WIZARD_SOCKET"

_PROMPT = re.compile(r"Enter passphrase for (?:key )?'?(?P<file>.+?)'?: ?")
_SHOWN_BY_SSH = 100  # OpenSSH before 9.4 cuts the file's name in its prompt to so many bytes


def environment(profile: Profile, socket: Path | None = None) -> dict[str, str]:
    """What an ssh that asks for this backup's passphrase needs in its environment; there is no secret in it.

    Raises:
        Failure: `KEY_UNUSABLE` if backup-wizard-askpass is not installed beside this program.
    """
    return {
        "SSH_ASKPASS": _program(),
        "SSH_ASKPASS_REQUIRE": "force",
        "SSH_ASKPASS_PROMPT": "",
        PROFILE_VARIABLE: profile.name,
        SOCKET_VARIABLE: str(socket) if socket else "",
    }


def main() -> int:
    """Answer ssh's question on standard output, or end with 1."""
    try:
        paths.ignore_unusable_variables()
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as the key was encrypted, whatever the terminal takes
        sys.stdout.write(_answer(sys.argv[1] if len(sys.argv) == 2 else "") + "\n")
    except Failure as failure:
        sys.stderr.write(f"backup-wizard-askpass: {failure}\n")
        return 1
    return 0


def _answer(prompt: str) -> str:
    from wizard.storage import profiles

    name, question = os.environ.get(PROFILE_VARIABLE, ""), _PROMPT.fullmatch(prompt)
    if not name or not question or os.environ.get("SSH_ASKPASS_PROMPT"):
        raise Failure(Kind.BAD_VALUE, "This question isn't about a backup-wizard key")
    profile = profiles.load(name)
    if not _is_about(question["file"], profile.key_path):
        if _is_about_reading(question["file"], name):
            from wizard.client.keys import reading_key, secrets

            return secrets.fetch(name, reading_key.SECRET).reveal()
        raise Failure(Kind.BAD_VALUE, "This key doesn't belong to the backup")
    if socket := os.environ.get(SOCKET_VARIABLE):
        from wizard.client.keys import passphrase_socket

        return passphrase_socket.ask(Path(socket)).reveal()
    if profile.key.protection != "keyring":
        raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))
    from wizard.client.keys import secrets

    return secrets.fetch(name, "passphrase").reveal()


def _is_about(asked: str, key: Path) -> bool:
    file = os.fsencode(key)
    return os.fsencode(asked) in {file, file[:_SHOWN_BY_SSH]}


def _is_about_reading(asked: str, name: str) -> bool:
    """Whether it is the key that reads the backup for a while."""
    from wizard.client.keys import reading_key

    second = reading_key.in_use(name)
    return bool(second and second.file and _is_about(asked, Path(second.file)))


def _program() -> str:
    beside = Path(sys.executable).parent / "backup-wizard-askpass"
    program = str(beside) if beside.exists() else shutil.which("backup-wizard-askpass")
    if program is None:
        raise Failure(Kind.KEY_UNUSABLE, "backup-wizard-askpass", "It isn't installed next to backup-wizard.")
    return program
