"""Is this the server that was confirmed? Nothing is sent to one that is not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.host_keys import host_identity, known_hosts
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind
from wizard.server.reaching import probe, reachability
from wizard.server.receipts import vouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.host_keys.host_identity import Identity
    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.profile import Profile


async def meet(profile: Profile) -> Identity:
    """Ask the server for its host keys, and judge them by what is known of it; what its greeting tells is kept.

    Raises:
        Failure: what `probe.host_keys` raises, or our folder can't be written to.
    """
    server = profile.server
    greeting, offered = await probe.meet(dial.ssh(profile))
    reachability.learn_greeting(profile, greeting)
    known = await asyncio.to_thread(known_hosts.known_to_person, server.host, server.port)
    if server.jump:  # from here, the same name may be another machine's, so that another key contradicts nothing
        known = [key for key in known if key in offered]
    return host_identity.judge(profile, offered, known)


def confirm(profile: Profile, keys: Sequence[HostKey]) -> Profile:
    """The profile in which these keys, and no others, are the server's; from now on ssh trusts them.

    Raises:
        Failure: our folder can't be written to.
    """
    server = msgspec.structs.replace(profile.server, host_keys=tuple(key.fingerprint for key in keys))
    confirmed = msgspec.structs.replace(profile, server=server)
    known_hosts.trust(confirmed, keys)
    return confirmed


async def establish(profile: Profile) -> None:
    """Make sure that our known hosts hold a confirmed key of this server, asking the server for it if need be.

    A scheme without ssh has no host key to confirm.

    Raises:
        Failure: `HOST_KEY_UNKNOWN` if nothing was confirmed yet, `HOST_KEY_CHANGED` if the server shows other keys,
            `RECEIPT_DIFFERS` if the admin's receipt had vouched for those that it doesn't show, or what
            `probe.host_keys` raises.
    """
    if not schemes.of(profile).uses_ssh or known_hosts.trusts(profile):
        return
    offered = await probe.host_keys(dial.ssh(profile))
    if not profile.server.host_keys:
        shown = "\n".join(f"{key.type_name} {key.fingerprint}" for key in offered)
        raise Failure(Kind.HOST_KEY_UNKNOWN, profile.server.host, shown)
    if not any(key.fingerprint in profile.server.host_keys for key in offered):
        raise stranger(profile, offered)
    known_hosts.trust(profile, offered)


def stranger(profile: Profile, offered: Sequence[HostKey]) -> Failure:
    """What to say of a server that shows none of the keys that were confirmed, by you or by the admin's receipt."""
    shown = "\n".join(f"{key.type_name} {key.fingerprint}" for key in offered)
    if vouched.by_receipt(profile):
        return Failure(Kind.RECEIPT_DIFFERS, "\n".join(profile.server.host_keys), shown)
    return Failure(Kind.HOST_KEY_CHANGED, profile.server.host, shown)
