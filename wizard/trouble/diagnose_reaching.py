"""A server that can't be reached as it should: is it there, what answers instead, and has this computer a network?"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes, server_address
from wizard.client.ssh import dial, ssh_settings
from wizard.failure import OF_JUMP_HOST, Kind
from wizard.schemes.parts import over_network
from wizard.server.reaching import reachability
from wizard.server_address import JumpHost, ServerAddress
from wizard.text.language import N_, _
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.trouble.words import Who
from wizard.trouble.words.form import SEND

if TYPE_CHECKING:
    from wizard.client.ssh.ssh_settings import Known
    from wizard.failure import Failure
    from wizard.profile import Profile
    from wizard.server.reaching.reachability import OpenPorts

SSH_PORT = 22
_IS_THERE = frozenset({Kind.PORT_CLOSED, Kind.NOT_SSH})
_NAME_UNKNOWN = re.compile(r"Name or service|name resolution|not known|No address", re.IGNORECASE)
_CHANGE_PORT = N_("Change the port in the “Server” step.")
# Addresses that are nobody's (RFC 5737, RFC 3849): asking for the way to one sends nothing.
_NOBODY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


async def look(kind: Kind, profile: Profile) -> Diagnosis | None:
    """Try both services of the server, at the port that was named and at the usual ones."""
    host, uses_ssh = profile.server.host, schemes.of(profile).uses_ssh
    if kind is Kind.NAME_UNKNOWN and (found := await asyncio.to_thread(_of_ssh_settings, profile)):
        return found
    if not _has_network():
        return _offline()
    if kind is Kind.NAME_UNKNOWN:
        return Diagnosis(text=_("The name may be misspelled, or your network can't find it. You're online."))
    target = dial.service(profile)
    port = target.port
    seen = await reachability.look(target)
    if seen.failure and seen.failure.kind in OF_JUMP_HOST:
        return Diagnosis(Sure.SURELY, _at_jump_host(seen.failure, profile), seen.failure.kind, raw=seen.failure.raw)
    answer = _at_that_port(port, seen, uses_ssh=uses_ssh)
    if answer or (uses_ssh and seen.failure is None):
        return answer
    usual = SSH_PORT if uses_ssh else over_network.USUAL_PORT
    if port != usual:
        elsewhere = await reachability.look(target.at(usual))
        if (elsewhere.failure is None) if uses_ssh else (elsewhere.daemon_port == usual):
            return Diagnosis(
                Sure.SURELY,
                _("It does answer on port {port} of {host}.").format(port=usual, host=host),
                who=Who.YOU,
                to_do=_(_CHANGE_PORT),
            )
        seen = elsewhere
    return _whether_there(kind, host, port, seen)


async def by_way_of_jump_host(kind: Kind, profile: Profile) -> Diagnosis | None:
    """What a jump host says of the server, or whether this computer has a network to reach the jump host by."""
    if kind is Kind.JUMP_NAME_UNKNOWN and (found := await asyncio.to_thread(_jump_host_of_ssh_settings, profile)):
        return found
    if kind is not Kind.JUMP_CANT_CONNECT:
        return None if _has_network() else _offline()
    seen = await reachability.look(dial.ssh(profile))
    if seen.failure is None:
        return Diagnosis(Sure.PROBABLY, _("That was only temporary: the server answers now."))
    return Diagnosis(Sure.SURELY, _at_jump_host(seen.failure, profile), seen.failure.kind, raw=seen.failure.raw)


def _at_jump_host(failure: Failure, profile: Profile) -> str:
    host = profile.server.host
    if failure.kind is not Kind.JUMP_CANT_CONNECT:
        return ""
    if "refused" in failure.raw:
        return _("{host} is on, but refused the connection from the jump host.").format(host=host)
    if _NAME_UNKNOWN.search(failure.raw):
        return _("The jump host doesn't know the name {host}.").format(host=host)
    return _("The jump host gets no answer from {host}.").format(host=host)


def _of_ssh_settings(profile: Profile) -> Diagnosis | None:
    """Whether it is a name of the person's ssh settings, of which nothing is used unasked."""
    server = profile.server
    known = ssh_settings.known(server.host)
    if known is None or not known.is_another_than(server.host):
        return None
    parts = ServerAddress(known.host, "" if known.port == "22" else known.port, server.user or known.user)
    return _write_instead(server.host, known, server_address.in_file(parts, known.jump))


def _jump_host_of_ssh_settings(profile: Profile) -> Diagnosis | None:
    jump = profile.server.jump_host
    known = ssh_settings.known(jump.host) if jump else None
    if jump is None or known is None or not known.is_another_than(jump.host):
        return None
    meant = JumpHost(jump.user, known.host, int(known.port))
    cant = known.cant or known.jump  # one after the other
    return _write_instead(jump.host, msgspec.structs.replace(known, jump="", cant=cant), f"jump = '{meant}'")


def _write_instead(name: str, known: Known, settings: str) -> Diagnosis:
    words = _("These settings aren't used by themselves. In a profile file, write instead: {settings}.")
    to_do = "" if known.cant else words.format(settings=settings)
    return Diagnosis(Sure.SURELY, known.words(name), who=Who.YOU, to_do=to_do)


def _offline() -> Diagnosis:
    return Diagnosis(
        Sure.SURELY,
        _("This computer is offline."),
        who=Who.YOU,
        to_do=_("Connect this computer to the network, then try again."),
    )


def _at_that_port(port: int, seen: OpenPorts, *, uses_ssh: bool) -> Diagnosis | None:
    if uses_ssh and seen.daemon_port == port:
        text = _("rsync's own service answers on port {port}.").format(port=port)
        return Diagnosis(Sure.SURELY, text, kind=Kind.NOT_SSH, to_do=_(_CHANGE_PORT))
    if not uses_ssh and seen.failure is None:
        text = _("ssh answers on port {port}.").format(port=port)
        return Diagnosis(Sure.SURELY, text, kind=Kind.NOT_RSYNCD, to_do=_(_CHANGE_PORT))
    if seen.failure and "Not allowed at this time" in seen.failure.raw:
        return Diagnosis(Sure.SURELY, _("After failed attempts, the server blocks this computer for some minutes."))
    return None


def _whether_there(kind: Kind, host: str, port: int, seen: OpenPorts) -> Diagnosis | None:
    if kind in {Kind.PORT_CLOSED, Kind.DAEMON_CLOSED}:
        return Diagnosis(text=_("{host} is on. The port may be wrong, or the service may be off.").format(host=host))
    if kind in {Kind.TIMED_OUT, Kind.HOST_UNREACHABLE}:
        if seen.failure is None or seen.failure.kind in _IS_THERE:
            return Diagnosis(
                Sure.PROBABLY,
                _("{host} is on, but a firewall blocks port {port}, or the service there hangs.").format(
                    host=host, port=port
                ),
                who=Who.ADMIN,
                to_do=_(SEND),
                forward=_(
                    "My computer gets no answer from port {port} of {host}, but {host} answers on other ports. Does a"
                    " firewall block it, or does the service hang?"
                ).format(port=port, host=host),
            )
        return Diagnosis(text=_("The server may be off, or the network in between may be down."))
    return None


def _has_network() -> bool:
    return any(_has_way(family, address) for family, address in _NOBODY)


def _has_way(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, SSH_PORT))
    except OSError:
        return False
    return True
