"""Which of a server's two services answer: ssh, and rsync's own."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.schemes.facts import ServerFacts
from wizard.schemes.parts import over_network
from wizard.server import kept_facts
from wizard.server.reaching import probe
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.client.ssh.dial import Target
    from wizard.profile import Profile
    from wizard.schemes.facts import Version

# A firewall that drops what comes to rsync's port must not keep those waiting who use ssh.
_DAEMON_SECONDS = 2.0
ONLY_DAEMON = _(
    "{host} doesn't accept ssh connections, but its backup service (rsync) answers. You can continue with that, but"
    " your files would be sent unencrypted."
)

_DROPBEAR = re.compile(r"SSH-2\.0-dropbear(?:_(\d{4})\.(\d{1,3}))?")
_OPENSSH = re.compile(r"OpenSSH_(\d{1,4})\.(\d{1,4})")


class OpenPorts(msgspec.Struct, frozen=True):
    """What ssh says at the port that was tried, or why there is none; and where rsync's service answers, or 0."""

    port: int
    greeting: str
    failure: Failure | None
    daemon_port: int

    @property
    def openssh_version(self) -> Version | None:
        """The version that ssh told, if it is OpenSSH."""
        return _openssh_version(self.greeting)

    @property
    def dropbear_version(self) -> Version | None:
        """The version that ssh told, if it is Dropbear; empty if it told none."""
        return _dropbear_version(self.greeting)


async def look(target: Target) -> OpenPorts:
    """Try both at once; a server that does not answer is a fact and no failure. A jump host leads to ssh alone."""
    port = target.port
    if target.jump:
        return OpenPorts(port, *await _ssh(target), 0)
    ports = list(dict.fromkeys((port, over_network.USUAL_PORT)))
    async with asyncio.TaskGroup() as group:
        ssh = group.create_task(_ssh(target))
        daemons = [group.create_task(_daemon(target.at(one))) for one in ports]
        answering = [one for one, daemon in zip(ports, daemons, strict=True) if await daemon]
        if port in answering:
            ssh.cancel()  # rsync's service waits to be greeted, and so would we for ssh's greeting
    daemon_port = next(iter(answering), 0)
    if ssh.cancelled():
        return OpenPorts(port, "", Failure(Kind.NOT_SSH, str(target)), daemon_port)
    return OpenPorts(port, *ssh.result(), daemon_port)


def with_what_is_left(profile: Profile, found: OpenPorts) -> Profile:
    """The profile as it is, or without ssh where only rsync's service answers."""
    if found.failure is None or not found.daemon_port:
        return profile
    kind = next(scheme.kind for scheme in schemes.SCHEMES if not scheme.uses_ssh)
    without_ssh = msgspec.structs.replace(profile, scheme=msgspec.structs.replace(profile.scheme, kind=kind))
    if over_network.port(without_ssh) == found.daemon_port:
        return without_ssh
    return msgspec.structs.replace(without_ssh, server=msgspec.structs.replace(profile.server, port=found.daemon_port))


def remember(profile: Profile, before: Profile, found: OpenPorts) -> ServerFacts:
    """Keep what was seen, and of what was known before only what is about the same account on the same server.

    Raises:
        Failure: our folder can't be written to.
    """
    same = profile.server.account == before.server.account
    has_ssh = found.failure is None
    seen = {
        "ssh_open": has_ssh,
        "ssh_port": found.port if has_ssh else 0,
        "openssh_version": found.openssh_version,
        "dropbear_version": found.dropbear_version,
        "daemon_open": bool(found.daemon_port),
        "daemon_port": found.daemon_port,
    }
    return kept_facts.learn(profile, **({} if same else msgspec.structs.asdict(ServerFacts())) | seen)


def learn_greeting(profile: Profile, greeting: str) -> ServerFacts:
    """Keep what ssh's greeting tells of the server; one that tells nothing leaves what is known.

    Raises:
        Failure: our folder can't be written to.
    """
    openssh, dropbear = _openssh_version(greeting), _dropbear_version(greeting)
    if openssh is None and dropbear is None:
        return kept_facts.known(profile)
    return kept_facts.learn(profile, openssh_version=openssh, dropbear_version=dropbear)


def _openssh_version(greeting: str) -> Version | None:
    found = _OPENSSH.search(greeting)
    return (int(found[1]), int(found[2])) if found else None


def _dropbear_version(greeting: str) -> Version | None:
    found = _DROPBEAR.match(greeting)
    if not found:
        return None
    return (int(found[1]), int(found[2])) if found[1] else ()


async def _ssh(target: Target) -> tuple[str, Failure | None]:
    try:
        return await probe.reach(target), None
    except Failure as failure:
        return "", failure


async def _daemon(target: Target) -> bool:
    try:
        async with asyncio.timeout(_DAEMON_SECONDS):
            await probe.reach_daemon(target)
    except (Failure, TimeoutError):
        return False
    return True
