"""How this computer gets into the server: the programs, the key, the known host and where the passphrase comes from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import places
from wizard.client import askpass, keys, known_hosts, rsync_version
from wizard.failure import Failure, Kind
from wizard.schemes.base import ClientFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wizard.profile import Profile


@dataclass(frozen=True)
class Access:
    """All that a command towards the server needs beside the profile."""

    facts: ClientFacts
    environment: Mapping[str, str]


def facts(profile: Profile) -> ClientFacts:
    """What the schemes must know of this computer; the public key is empty while there is none."""
    public_key = keys.public_line(profile.key_path) if profile.key_path.exists() else ""
    return ClientFacts(known_hosts=places.known_hosts(), public_key=public_key)


def prepare(profile: Profile, socket: Path | None = None) -> Access:
    """See that everything is there that a sign-in needs.

    `socket` is where a typed passphrase is served.

    Raises:
        Failure: a program, the key or a confirmed host key is missing.
    """
    rsync_version.require()
    if shutil.which("ssh") is None:
        raise Failure(Kind.NO_SSH)
    if not profile.key_path.exists():
        raise Failure(Kind.KEY_MISSING, str(profile.key_path))
    if not known_hosts.trusts(profile):
        raise Failure(Kind.HOST_KEY_UNKNOWN, profile.server.host)
    return Access(facts(profile), askpass.environment(profile, socket))
