"""Host keys: those the person's own ssh knows, and those that were confirmed for a backup.

In our own file every backup has its entries under its own name (ssh's `HostKeyAlias`), so that what was confirmed
for one is never taken for another.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure, Kind
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.profile import Profile

_MOST_BYTES = 1 << 24
_TYPE_NAMES = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA"}


class HostKey(msgspec.Struct, frozen=True):
    """A server's public key: its type as ssh names it, and the key in base64."""

    type: str
    blob: str

    @property
    def fingerprint(self) -> str:
        """The SHA256 fingerprint as OpenSSH prints it.

        Not cryptography's: it takes a security key (sk-ssh-ed25519) for a plain one, whose fingerprint is another.
        """
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def type_name(self) -> str:
        """The type as fingerprints are labelled with it."""
        return _TYPE_NAMES.get(self.type, "ECDSA" if self.type.startswith("ecdsa") else self.type)


def parse(text: str) -> list[HostKey]:
    """The host keys in known_hosts lines; lines that hold none are passed over."""
    keys = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 3 and not line.startswith(("#", "@")) and _is_base64(fields[2]):
            keys.append(HostKey(fields[1], fields[2]))
    return keys


def known_to_person(host: str, port: int, file: Path | None = None) -> list[HostKey]:
    """The keys that the person's own ssh has for this server, hashed entries included."""
    file = file or Path("~/.ssh/known_hosts").expanduser()
    name = host.lower() if port == 22 else f"[{host.lower()}]:{port}"  # as ssh hashes it
    try:
        asked = subprocess.run(
            ["ssh-keygen", "-F", name, "-f", str(file)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return parse(asked.stdout.decode(errors="replace"))


def trusts(profile: Profile) -> bool:
    """Whether our file holds a key for this backup that its profile has as confirmed."""
    return bool(confirmed(profile))


def confirmed(profile: Profile) -> list[HostKey]:
    """The keys in our file for this backup that its profile has as confirmed."""
    return [key for key in _kept(profile.name) if key.fingerprint in profile.server.host_keys]


def trust(profile: Profile, offered: Iterable[HostKey]) -> None:
    """Keep those of the offered keys whose fingerprints the profile has as confirmed, instead of any kept before.

    Raises:
        Failure: `HOST_KEY_CHANGED` if none of them is confirmed, or our folder can't be written to.
    """
    offered = list(offered)
    right = [key for key in offered if key.fingerprint in profile.server.host_keys]
    if not right:
        raise Failure(Kind.HOST_KEY_CHANGED, profile.server.host, "\n".join(key.fingerprint for key in offered))
    _rewrite(profile.name, [f"{profile.name} {key.type} {key.blob}" for key in right])


def forget(name: str) -> None:
    """Remove the backup's entries.

    Raises:
        Failure: our folder can't be written to.
    """
    if paths.known_hosts().exists():
        _rewrite(name, [])


def _kept(name: str) -> list[HostKey]:
    return parse("\n".join(line for line in _lines() if line.split(" ", 1)[0] == name))


def _rewrite(name: str, lines: list[str]) -> None:
    others = [line for line in _lines() if line.split(" ", 1)[0] != name]
    text = "".join(f"{line}\n" for line in others + lines)
    files.private_folder(paths.config())
    files.replace(paths.known_hosts(), text.encode(errors="surrogateescape"))


def _lines() -> list[str]:
    try:
        text = files.read(paths.known_hosts(), _MOST_BYTES).decode(errors="surrogateescape")
        return text.removesuffix("\n").split("\n") if text else []  # ssh ends a line at no other character
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Failure(Kind.FOLDER_UNREADABLE, str(paths.known_hosts()), str(error)) from None


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:  # also for characters that are not base64
        return False
