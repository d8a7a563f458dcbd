"""What is known of a server beside the profile, kept from one run to the next."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from wizard import files, places
from wizard.failure import Failure, Kind
from wizard.schemes import over_network
from wizard.schemes.base import ServerFacts
from wizard.server import probe

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile
    from wizard.schemes.base import Version

_OPENSSH = re.compile(r"OpenSSH_(\d+)\.(\d+)")


def known(profile: Profile) -> ServerFacts:
    """What is known of the profile's server; what was kept and can't be read is learnt anew."""
    try:
        return msgspec.json.decode(_file(profile).read_bytes(), type=ServerFacts)
    except (OSError, msgspec.DecodeError):
        return ServerFacts()


def learn(profile: Profile, **found: Any) -> ServerFacts:
    """Add to what is known.

    Raises:
        Failure: our folder can't be written to.
    """
    facts = replace(known(profile), **found)
    path = _file(profile)
    files.private_folder(path.parent)
    files.replace(path, msgspec.json.encode(facts))
    return facts


async def look(profile: Profile) -> ServerFacts:
    """See which of the server's doors answer, and what its ssh says of itself.

    Raises:
        Failure: our folder can't be written to; a server that does not answer is a fact and no failure.
    """
    greeting, daemon_open = await asyncio.gather(_ssh_greeting(profile), _daemon_answers(profile))
    return learn(profile, ssh_open=bool(greeting), openssh_version=_openssh_version(greeting), daemon_open=daemon_open)


async def _ssh_greeting(profile: Profile) -> str:
    try:
        return await probe.reach(profile.server.host, profile.server.port)
    except Failure:
        return ""


async def _daemon_answers(profile: Profile) -> bool:
    try:
        await probe.reach_daemon(profile.server.host, over_network.port(profile))
    except Failure as failure:
        return failure.kind not in {Kind.PORT_CLOSED, Kind.TIMED_OUT, Kind.NOT_SSH}
    return True


def _openssh_version(greeting: str) -> Version | None:
    found = _OPENSSH.search(greeting)
    return (int(found[1]), int(found[2])) if found else None


def _file(profile: Profile) -> Path:
    return places.walk_state(profile.name) / "server-facts.json"
