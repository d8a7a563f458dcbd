"""Is it the server it should be? What is known of the keys it shows, and what a pasted fingerprint says of them."""

from __future__ import annotations

import re
from enum import StrEnum, auto
from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.client.host_keys import known_hosts
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.profile import Profile

_SHA256 = re.compile(r"SHA256:\s*([A-Za-z0-9+/]{43})(?![A-Za-z0-9+/])", re.ASCII | re.IGNORECASE)
_BARE = re.compile(r"(?:SHA256:?)?([A-Za-z0-9+/]{43})=?", re.ASCII | re.IGNORECASE)
_MD5 = re.compile(r"(?:[0-9a-f]{2}[:\s]){15}[0-9a-f]{2}", re.ASCII | re.IGNORECASE)
# The key of the backup itself is in the message too, which a reply may quote.
_PUBLIC_KEY = re.compile(
    r"(?:ssh|ecdsa)-\S{1,60} AAAA[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=]|\s+backup-wizard)", re.ASCII
)
_PRINTED = re.compile(
    r"\b\d{3,5} SHA256:([A-Za-z0-9+/]{43})(?![A-Za-z0-9+/])[^\n()]{0,200}\(([A-Z0-9-]{1,20})\)", re.ASCII
)
# However a mail program quotes, indents and wraps it, what this computer was shown stays behind these words: those of
# the message, or those of the request, whose list may be cut off.
_OURS = re.compile(
    r"shown[\s>|]+to[\s>|]+me:[\s>|]*(?:[\w-]{1,40}[\s>|]+)?SHA256:[\s>|]*[A-Za-z0-9+/]{43}=?"
    r"|host_keys[\s>|]{0,40}=[\s>|]{0,40}\[[\s>|]{0,40}\"[^\]]{0,4000}",
    re.IGNORECASE,
)

SHOWN_TO_ME = "shown to me: {key}"
"""How a message to the admin names a fingerprint that nobody has confirmed, so that it never counts as the answer."""


class HostKeyStatus(StrEnum):
    """What is known of the keys that a server shows."""

    NEW = auto()
    KNOWN = auto()
    CONTRADICTED = auto()
    CONFIRMED = auto()
    CHANGED = auto()


class Identity(msgspec.Struct, frozen=True):
    """The keys that a server shows, the best first, and how they stand to what is `expected` of it.

    `KNOWN` and `CONTRADICTED` are by the person's own ssh, `CONFIRMED` and `CHANGED` by what was confirmed for this
    backup.
    """

    status: HostKeyStatus
    offered: tuple[HostKey, ...]
    expected: tuple[str, ...] = ()

    @property
    def as_expected(self) -> tuple[HostKey, ...]:
        """The keys that are known or confirmed already."""
        return tuple(key for key in self.offered if key.fingerprint in self.expected)


def judge(profile: Profile, offered: Sequence[HostKey], known: Sequence[HostKey]) -> Identity:
    """Compare what the server shows with what was confirmed or, if nothing was, with what the person's ssh knows."""
    confirmed, shown = profile.server.host_keys, {key.fingerprint for key in offered}
    if confirmed:
        status = HostKeyStatus.CONFIRMED if shown & set(confirmed) else HostKeyStatus.CHANGED
        return Identity(status, tuple(offered), confirmed)
    expected = tuple(key.fingerprint for key in known)
    if not expected:
        return Identity(HostKeyStatus.NEW, tuple(offered))
    status = HostKeyStatus.KNOWN if shown & set(expected) else HostKeyStatus.CONTRADICTED
    return Identity(status, tuple(offered), expected)


def fingerprints(text: str) -> tuple[str, ...]:
    """The SHA256 fingerprints in a text that a person pasted, whatever program printed it; keys count as theirs.

    What this computer itself was shown, and a reply to its message quotes, is left out.
    """
    text = _OURS.sub(" ", text)
    found = [f"SHA256:{digest}" for digest in _SHA256.findall(text)]
    found += [key.fingerprint for line in _PUBLIC_KEY.findall(text) for key in known_hosts.parse(f"host {line}")]
    if not found and (bare := _BARE.fullmatch("".join(text.split()))):
        found = [f"SHA256:{bare[1]}"]
    return tuple(fingerprint for fingerprint in dict.fromkeys(found) if rules.fingerprint(fingerprint) is None)


def only_ours(text: str) -> str | None:
    """What is to be said of a text in which there is only the fingerprint that this computer was shown."""
    if fingerprints(text) or not _OURS.search(text):
        return None
    return _("That is the fingerprint from your own message. Paste the one your admin wrote.")


def complaint(text: str) -> str | None:
    """Why a pasted text can't be compared, or nothing if it can."""
    if fingerprints(text):
        return None
    if ours := only_ours(text):
        return ours
    if not text.strip():
        return _("Paste or type the fingerprint your admin gave you.")
    if _MD5.search(text):
        return _("That is an old kind (MD5), which can be forged. Ask your admin for the one that starts with SHA256.")
    return _("That isn't a complete fingerprint: SHA256: followed by 43 letters, digits, + or /.")


def matching(text: str, offered: Sequence[HostKey]) -> tuple[HostKey, ...]:
    """Those of the offered keys whose fingerprint is in the pasted text.

    There are none if the text names others as well, for then it may be another server that the admin means. The output
    of ssh-keygen may: it lists keys that the server doesn't show, but no two of one type.
    """
    pasted = set(fingerprints(text))
    if printed := {(type_name, f"SHA256:{digest}") for digest, type_name in _PRINTED.findall(_OURS.sub(" ", text))}:
        others, pasted = pasted, {fingerprint for _, fingerprint in printed}
        if len({type_name for type_name, _ in printed}) < len(printed):
            return ()
        others -= pasted
    else:
        others = pasted
    if others - {key.fingerprint for key in offered}:
        return ()
    return tuple(key for key in offered if key.fingerprint in pasted)
