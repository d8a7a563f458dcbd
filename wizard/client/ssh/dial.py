"""Every connection that we make to a server ourselves is begun here, by host and port.

ssh and rsync make theirs by the commands of `over_ssh` and `over_network`. What stands between this computer and the
server has to be known in all three: a jump host, say, which is what `tunnel` and `through_jump_host` are for.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.client.ssh import tunnel
from wizard.failure import Failure, Kind
from wizard.schemes.parts import over_network, through_jump_host
from wizard.schemes.parts.quoting import literal

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from pathlib import Path

    from wizard.profile import Profile
    from wizard.server_address import JumpHost

_ALGORITHMS = {
    "ed25519": "ssh-ed25519",
    "ecdsa": "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
    "rsa": "rsa-sha2-512,rsa-sha2-256",
}
_GREETING = b"SSH-2.0-backup-wizard\r\n"
_LONGEST_GREETING = 8192
_SECONDS_TO_JUMP = 5.0


class Target(msgspec.Struct, frozen=True):
    """A port of a server, and the jump host that it is reached through, if there is one."""

    host: str
    port: int
    jump: JumpHost | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def at(self, port: int) -> Target:
        """Another port of the same server."""
        return msgspec.structs.replace(self, port=port)


def ssh(profile: Profile) -> Target:
    """Where the profile's server has its ssh."""
    return Target(profile.server.host, profile.server.port, profile.server.jump_host)


def service(profile: Profile) -> Target:
    """Where a backup of this profile goes: ssh, or rsync's daemon where the scheme uses no ssh."""
    if schemes.of(profile).uses_ssh:
        return ssh(profile)
    return Target(profile.server.host, over_network.port(profile))


def connect(target: Target, seconds: float) -> socket.socket:
    """A connected socket that sends each piece at once; `seconds` is the time-out of the connection and of its calls.

    Raises:
        Failure: `NAME_UNKNOWN`, `HOST_UNREACHABLE`, `PORT_CLOSED` or `TIMED_OUT`; through a jump host, as for `tunnel`.
    """
    if target.jump:
        return tunnel.connect(target.jump, target.host, target.port, seconds, str(target))
    try:
        connected = socket.create_connection((target.host, target.port), timeout=seconds)
    except (OSError, UnicodeError) as error:
        raise why(error, target) from None
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a small request is sent without a delay
    return connected


async def open_stream(target: Target, longest_line: int, seconds: float) -> tuple[StreamReader, StreamWriter]:
    """The same for asyncio, where a line may have `longest_line` bytes.

    The caller sets the time-out; `seconds` is what a jump host has of it.

    Raises:
        Failure: as for `connect`.
    """
    if target.jump:
        through = await tunnel.connect_soon(target.jump, target.host, target.port, seconds, str(target))
        return await asyncio.open_connection(sock=through, limit=longest_line)
    try:
        return await asyncio.open_connection(target.host, target.port, limit=longest_line)
    except (OSError, UnicodeError) as error:
        raise why(error, target) from None


async def round_trip(target: Target) -> float:
    """How long a connection takes to be made, in seconds, without the look-up of the name.

    Raises:
        OSError: it could not be made.
    """
    if target.jump:
        return await _round_trip_of_greetings(target)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as connection:
        connection.setblocking(False)
        began = loop.time()
        await loop.sock_connect(connection, address)
        return loop.time() - began


async def _round_trip_of_greetings(target: Target) -> float:
    """How long a server takes to answer our greeting: before that, it is the sign-in to the jump host that takes time.

    Raises:
        OSError: it did not answer.
    """
    try:
        reader, writer = await open_stream(target, _LONGEST_GREETING, _SECONDS_TO_JUMP)
    except Failure as failure:
        raise ConnectionError(str(failure)) from None
    try:
        await reader.read(_LONGEST_GREETING)
        loop = asyncio.get_running_loop()
        began = loop.time()
        writer.write(_GREETING)
        if not await reader.read(1):
            raise ConnectionResetError
        return loop.time() - began
    finally:
        writer.close()


def own_address(target: Target) -> str:
    """The address that this computer would use towards the server; empty where it can't be told. Nothing is sent.

    Behind a jump host it can't: the server sees that one's, and which it has on its other side nobody here knows.
    """
    if target.jump:
        return ""
    try:
        family, _, _, _, address = socket.getaddrinfo(target.host, target.port)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.connect(address)
            return str(connection.getsockname()[0])
    except OSError:
        return ""


def keyscan_command(target: Target, key_type: str, seconds: float) -> list[str]:
    """The command that asks for the host key of one type, over one connection; it tells what it does."""
    return ["ssh-keyscan", "-v", "-T", str(int(seconds)), "-p", str(target.port), "-t", key_type, "--", target.host]


def host_key_command(target: Target, key_type: str, seconds: float, into: Path) -> list[str]:
    """An ssh that adds the host key of one type to a file, as a line of known hosts; it takes OpenSSH 8.5 for that."""
    keep = f"""/bin/sh -c 'echo "server $0 $1" >>"$2"' %t %K {literal(into)}"""
    options = ["-o", f"HostKeyAlgorithms={_ALGORITHMS[key_type]}", "-o", f"KnownHostsCommand={keep}"]
    program, *others = unauthenticated_ssh_command(target, seconds)
    return [program, *options, *others]


def unauthenticated_ssh_command(target: Target, seconds: float) -> list[str]:
    """An ssh that ends at the server's host key, since it trusts none; where it doesn't get that far, it says why."""
    options = _through(target, seconds) | {
        "BatchMode": "yes",
        "ConnectTimeout": f"{seconds:.0f}",
        "GlobalKnownHostsFile": os.devnull,
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": os.devnull,
    }
    said = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", "-T", *said, "-p", str(target.port), "--", target.host]


def _through(target: Target, seconds: float) -> dict[str, str]:
    if target.jump is None:
        return {}
    argv = through_jump_host.command(target.jump, target.host, target.port, int(seconds), "-o", "LogLevel=ERROR")
    return {"ProxyCommand": through_jump_host.proxy_command(argv)}


def why(error: OSError | UnicodeError, target: Target) -> Failure:
    """The failure that an error of a connection stands for."""
    if isinstance(error, TimeoutError):
        return Failure(Kind.TIMED_OUT, str(target))
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return Failure(Kind.NAME_UNKNOWN, target.host, str(error))
    if isinstance(error, ConnectionRefusedError):
        return Failure(Kind.PORT_CLOSED, str(target), str(error))
    return Failure(Kind.HOST_UNREACHABLE, target.host, str(error))
