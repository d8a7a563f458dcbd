"""How this computer gets into the server: the programs, the key, the known host and where the passphrase comes from."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from wizard import schemes
from wizard.client.host_keys import known_hosts
from wizard.client.keys import askpass, daemon_password, key_files
from wizard.client.rsync import recorder, rsync_version
from wizard.client.ssh import ssh_version
from wizard.failure import Failure, Kind
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import through_jump_host
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wizard.client.keys.secrets import Secret
    from wizard.client.ssh.signing_in import SigningIn
    from wizard.profile import Profile

# RSYNC_PROTECT_ARGS and the like change the command that rsync asks the server for, and key lines refuse others.
_RSYNC_SETTINGS = (
    "RSYNC_PROTECT_ARGS",
    "RSYNC_OLD_ARGS",
    "RSYNC_RSH",
    "RSYNC_PARTIAL_DIR",
    "RSYNC_PASSWORD",
    "RSYNC_PORT",
)


class Access(msgspec.Struct, frozen=True):
    """All that a command towards the server needs beside the profile.

    `password` is a daemon's; `passphrase_socket` is where a typed passphrase is served, if one was; `signing_in` is a
    sign-in that was begun already.
    """

    facts: ClientFacts
    environment: Mapping[str, str]
    password: Secret | None = None
    passphrase_socket: Path | None = None
    signing_in: SigningIn | None = None


def computer() -> ClientFacts:
    """What is the same for every backup of this computer, learnt in a moment."""
    return ClientFacts(known_hosts=paths.known_hosts(), openrsync=rsync_version.is_openrsync())


def facts(profile: Profile) -> ClientFacts:
    """What the schemes and the server's admin must know of this computer; the public key is empty while there is none.

    Raises:
        Failure: the key can't be read, or rsync's command could not be recorded where the scheme depends on it.
    """
    found = replace(computer(), rsync_version=rsync_version.as_printed(), openssh_version=ssh_version.as_printed())
    return _with_backup(found, profile)


def _with_backup(found: ClientFacts, profile: Profile) -> ClientFacts:
    scheme = schemes.of(profile)
    if scheme.uses_ssh and profile.key_path.exists():
        found = replace(found, public_key=key_files.public_line(profile.key_path))
    if scheme.records_command:
        found = replace(found, recorded=recorder.record(profile, found, environment()))
    return found


def prepare(profile: Profile, socket: Path | None = None) -> Access:
    """See that everything is there that a sign-in needs.

    `socket` is where a typed passphrase is served.

    Raises:
        Failure: a program, the key, a confirmed host key or a daemon's password is missing.
    """
    version = rsync_version.require().text
    found = ClientFacts(known_hosts=paths.known_hosts(), rsync_version=version)
    if not schemes.of(profile).uses_ssh:
        return Access(_with_backup(found, profile), environment(), daemon_password.fetch(profile))
    if shutil.which("ssh") is None:
        raise Failure(Kind.NO_SSH)
    if not profile.key_path.exists():
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    if not known_hosts.trusts(profile):
        raise Failure(Kind.HOST_KEY_UNKNOWN, profile.server.host)
    asking = environment() | askpass.environment(profile, socket)
    return Access(_with_backup(found, profile), asking, passphrase_socket=socket)


def environment() -> dict[str, str]:
    """This program's environment without what would change how rsync speaks to the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_RSYNC_SETTINGS)}
    return kept | {"LC_ALL": "C"} | through_jump_host.SHELL  # messages are read, so they must not be translated
