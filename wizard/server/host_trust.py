"""Is this the server that was confirmed? Nothing is sent to one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client import known_hosts
from wizard.failure import Failure, Kind
from wizard.server import probe

if TYPE_CHECKING:
    from wizard.profile import Profile


async def establish(profile: Profile) -> None:
    """Make sure that our known hosts hold a confirmed key of this server, asking the server for it if need be.

    Raises:
        Failure: `HOST_KEY_UNKNOWN` if nothing was confirmed yet, `HOST_KEY_CHANGED` if the server shows other keys,
            or what `probe.host_keys` raises.
    """
    if known_hosts.trusts(profile):
        return
    offered = await probe.host_keys(profile.server.host, profile.server.port)
    if not profile.server.host_keys:
        shown = "\n".join(f"{key.type_name} {key.fingerprint}" for key in offered)
        raise Failure(Kind.HOST_KEY_UNKNOWN, profile.server.host, shown)
    known_hosts.trust(profile, offered)
