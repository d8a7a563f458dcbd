"""Every connection that we make to a server ourselves is begun here, by host and port.

ssh and rsync make theirs by the commands of `over_ssh` and `over_network`. What stands between this computer and the
server, such as a jump host, has to be known in all three.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.schemes.parts import over_network

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

    from wizard.profile import Profile


class Target(msgspec.Struct, frozen=True):
    """A port of a server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def at(self, port: int) -> Target:
        """Another port of the same server."""
        return msgspec.structs.replace(self, port=port)


def ssh(profile: Profile) -> Target:
    """Where the profile's server has its ssh."""
    return Target(profile.server.host, profile.server.port)


def service(profile: Profile) -> Target:
    """Where a backup of this profile goes: ssh, or rsync's daemon where the scheme uses no ssh."""
    if schemes.of(profile).uses_ssh:
        return ssh(profile)
    return Target(profile.server.host, over_network.port(profile))


def connect(target: Target, seconds: float) -> socket.socket:
    """A connected socket that sends each piece at once; `seconds` is the time-out of the connection and of its calls.

    Raises:
        Failure: `NAME_UNKNOWN`, `HOST_UNREACHABLE`, `PORT_CLOSED` or `TIMED_OUT`.
    """
    try:
        connected = socket.create_connection((target.host, target.port), timeout=seconds)
    except (OSError, UnicodeError) as error:
        raise why(error, target) from None
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a small request is sent without a delay
    return connected


async def open_stream(target: Target, longest_line: int) -> tuple[StreamReader, StreamWriter]:
    """The same for asyncio, where a line may have `longest_line` bytes; the caller sets the time-out.

    Raises:
        Failure: as for `connect`.
    """
    try:
        return await asyncio.open_connection(target.host, target.port, limit=longest_line)
    except (OSError, UnicodeError) as error:
        raise why(error, target) from None


async def round_trip(target: Target) -> float:
    """How long a connection takes to be made, in seconds, without the look-up of the name.

    Raises:
        OSError: it could not be made.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as connection:
        connection.setblocking(False)
        began = loop.time()
        await loop.sock_connect(connection, address)
        return loop.time() - began


def own_address(target: Target) -> str:
    """The address that this computer would use towards the server; empty where it can't be told. Nothing is sent."""
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


def unauthenticated_ssh_command(target: Target, seconds: float) -> list[str]:
    """An ssh that ends at the server's host key, since it trusts none; where it doesn't get that far, it says why."""
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": f"{seconds:.0f}",
        "GlobalKnownHostsFile": os.devnull,
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": os.devnull,
    }
    said = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", "-T", *said, "-p", str(target.port), "--", target.host]


def why(error: OSError | UnicodeError, target: Target) -> Failure:
    """The failure that an error of a connection stands for."""
    if isinstance(error, TimeoutError):
        return Failure(Kind.TIMED_OUT, str(target))
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return Failure(Kind.NAME_UNKNOWN, target.host, str(error))
    if isinstance(error, ConnectionRefusedError):
        return Failure(Kind.PORT_CLOSED, str(target), str(error))
    return Failure(Kind.HOST_UNREACHABLE, target.host, str(error))
