"""Types of ssh keys: how each is known in a public line, how it signs, and which a server takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.profile import KeyType
    from wizard.schemes.facts import ServerFacts

_IN_LINES: dict[KeyType, str] = {"ed25519": "ssh-ed25519", "ecdsa": "ecdsa-sha2-", "rsa": "ssh-rsa"}
_SIGN_AS: dict[KeyType, tuple[str, ...]] = {
    "ed25519": ("ssh-ed25519",),
    "ecdsa": ("ecdsa-sha2-nistp256",),
    "rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
# Before these, a server knows no ed25519, and of RSA only signatures that today's ssh no longer makes (SHA-1).
_DROPBEAR_SINCE, _OPENSSH_SINCE = (2020, 79), (6, 5)


def is_of(line: str, type: KeyType) -> bool:
    """Whether a public line is of that type; an empty one stands for any."""
    return not type or line.startswith(_IN_LINES[type])


def known(named: Iterable[str]) -> tuple[str, ...]:
    """Of the ways to sign that a server names, those of the types that are made here."""
    ours = {way for ways in _SIGN_AS.values() for way in ways}
    return tuple(way for way in dict.fromkeys(named) if way in ours)


def instead(server: ServerFacts) -> tuple[KeyType, ...]:
    """What a server takes that takes no ed25519, the best first; nothing where it may take that."""
    if server.key_types:
        taken = [type for type, ways in _SIGN_AS.items() if set(ways) & set(server.key_types)]
        return () if "ed25519" in taken else tuple(taken)
    is_old_dropbear = server.dropbear_version and server.dropbear_version < _DROPBEAR_SINCE
    is_old_openssh = server.openssh_version and server.openssh_version < _OPENSSH_SINCE
    return ("ecdsa",) if is_old_dropbear or is_old_openssh else ()
