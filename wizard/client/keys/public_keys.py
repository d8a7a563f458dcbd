"""Public keys in OpenSSH's one-line form: what is one, whether two are the same, and whether one is strong enough."""

from __future__ import annotations

import base64

from wizard.text.language import _

_KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-", "ssh-rsa", "sk-ssh-ed25519@", "sk-ecdsa-sha2-")
_LONGEST_LINE = 16_384  # ssh refuses longer lines
_LEAST_RSA_BITS = 3072


def is_public_line(line: str) -> bool:
    """Whether it is one public key as OpenSSH writes it, whose first word is what the key itself says it is."""
    type, _space, rest = line.partition(" ")
    if len(line) > _LONGEST_LINE or not line.isprintable() or not type.startswith(_KEY_TYPES):
        return False
    try:
        blob = base64.b64decode(rest.split(" ", 1)[0], validate=True)
    except ValueError:  # also for characters that are not base64
        return False
    return blob.startswith(len(type).to_bytes(4) + type.encode()) and len(blob) > len(type) + 4


def same_key(line: str, other: str) -> bool:
    """Whether two public lines hold the same key, whatever their comments say."""
    return line.split(" ", 2)[:2] == other.split(" ", 2)[:2]


def weakness(line: str) -> str:
    """Why a server should no longer let this key in; nothing if it is strong enough."""
    type, _space, rest = line.partition(" ")
    if type == "ssh-dss":
        return _("DSA keys can be broken today")
    if type != "ssh-rsa" or not is_public_line(line):
        return ""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        key = load_ssh_public_key(f"{type} {rest.split(' ', 1)[0]}".encode())
        assert isinstance(key, RSAPublicKey)
    except ValueError:
        return _("part of it is missing")
    if key.key_size >= _LEAST_RSA_BITS:
        return ""
    told = _("an RSA key needs at least {least} bits, and this one has {bits}")
    return told.format(least=_LEAST_RSA_BITS, bits=key.key_size)
