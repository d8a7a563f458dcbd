"""The fingerprints that a server showed to somebody who had nothing to compare them with.

They are told to the admin in the message, and are trusted by nothing: only what is confirmed gets into the profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.storage import state_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.profile import Profile

_FILE = "shown-keys.json"


class _Shown(msgspec.Struct, frozen=True):
    machine: str
    port: int
    keys: tuple[str, ...]


def keep(profile: Profile, offered: Iterable[HostKey]) -> None:
    """Remember what the server shows, in place of what it or another one showed before.

    Raises:
        Failure: our folder can't be written to.
    """
    keys = tuple(key.fingerprint for key in offered)
    state_files.save(profile.name, _FILE, _Shown(profile.server.machine, profile.server.port, keys))


def of(profile: Profile) -> tuple[str, ...]:
    """The fingerprints that this server showed, the best first; empty where nobody looked."""
    shown = state_files.load(profile.name, _FILE, _Shown, None)
    if shown is None or (shown.machine, shown.port) != (profile.server.machine, profile.server.port):
        return ()
    return shown.keys


def is_verified(profile: Profile) -> bool:
    """Whether somebody has confirmed a key of the server; a scheme without ssh has none to confirm."""
    return bool(profile.server.host_keys) or not schemes.of(profile).uses_ssh
