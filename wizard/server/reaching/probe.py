"""What can be learnt of a server before anyone signs in."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from wizard.client.host_keys import known_hosts
from wizard.client.process import children
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.client.ssh.dial import Target

_SECONDS = 8.0
_LONGEST_GREETING = 8192
_PREFERENCE = ("ED25519", "ECDSA", "RSA")


async def reach(target: Target) -> str:
    """Connect and return the SSH server's greeting, such as `SSH-2.0-OpenSSH_9.2`.

    Raises:
        Failure: `NAME_UNKNOWN`, `HOST_UNREACHABLE`, `PORT_CLOSED`, `TIMED_OUT` or `NOT_SSH`.
    """
    return await _reach(target, b"SSH-", Kind.NOT_SSH)


async def reach_daemon(target: Target) -> str:
    """Connect and return the rsync daemon's greeting, such as `@RSYNCD: 32.0`.

    Raises:
        Failure: as for `reach`; `NOT_RSYNCD` if something else answers.
    """
    return await _reach(target, b"@RSYNCD:", Kind.NOT_RSYNCD)


async def host_keys(target: Target) -> list[HostKey]:
    """The server's host keys, one of each type, the most modern first.

    Raises:
        Failure: as for `reach`, or `NO_SSH`.
    """
    await reach(target)
    try:
        scanned = await children.finish(
            dial.keyscan(target, _SECONDS), os.environ | {"LC_ALL": "C"}, timeout=2 * _SECONDS
        )
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, str(target)) from None
    except OSError as error:
        raise Failure(Kind.NO_SSH, "ssh-keyscan", str(error)) from None
    found = known_hosts.parse(scanned.stdout)
    if not found:
        raise Failure(Kind.NOT_SSH, str(target), scanned.stderr)
    return sorted(found, key=lambda key: _PREFERENCE.index(key.type_name) if key.type_name in _PREFERENCE else 9)


async def _reach(target: Target, sign: bytes, otherwise: Kind) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            return await _greeting(target, sign, otherwise)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, str(target)) from None
    except OSError as error:
        raise dial.why(error, target) from None


async def _greeting(target: Target, sign: bytes, otherwise: Kind) -> str:
    reader, writer = await dial.open_stream(target, _LONGEST_GREETING)
    try:
        # A server may say other lines before its greeting (RFC 4253, 4.2).
        heard = await reader.read(_LONGEST_GREETING)
        while not any(line.startswith(sign) for line in heard.splitlines()):
            more = await reader.read(_LONGEST_GREETING)
            if not more or len(heard) > _LONGEST_GREETING:
                raise Failure(otherwise, str(target), heard.decode(errors="backslashreplace"))
            heard += more
    finally:
        writer.close()
    return next(line for line in heard.splitlines() if line.startswith(sign)).decode(errors="backslashreplace")
