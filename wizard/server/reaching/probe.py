"""What can be learnt of a server before anyone signs in."""

from __future__ import annotations

import asyncio
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.host_keys import known_hosts
from wizard.client.process import children
from wizard.client.process.background import in_background
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.schemes.parts import through_jump_host

if TYPE_CHECKING:
    from wizard.client.host_keys.known_hosts import HostKey
    from wizard.client.process.children import Finished
    from wizard.client.ssh.dial import Target

_SECONDS = 8.0
_LONGEST_GREETING = 8192
_TYPES = ("ed25519", "ecdsa", "rsa")  # the most modern first
_PAUSES = (0.0, 0.3, 1.0, 3.0)  # until the server has noticed the end of the connection before
_FULL = "Exceeded MaxStartups"
_NONE_OF_THIS_TYPE = "host key algorithm: (no match)"
_TRUSTS_NONE = "Host key verification failed"
_NO_SSH_AFTER_ALL = (_TRUSTS_NONE, "ssh_dispatch_run_fatal")


async def reach(target: Target) -> str:
    """Connect and return the SSH server's greeting, such as `SSH-2.0-OpenSSH_9.2`.

    Raises:
        Failure: `NAME_UNKNOWN`, `HOST_UNREACHABLE`, `PORT_CLOSED`, `TIMED_OUT` or `NOT_SSH`; `HUNG_UP` if the server
            has as many strangers already as it takes.
    """
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            return await _reach(target, b"SSH-", Kind.NOT_SSH)
        except Failure as failure:
            if _FULL not in failure.raw:
                raise
            full = Failure(Kind.HUNG_UP, str(target), failure.raw)
    raise full


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
        ProgramFailed: the server shows none; ssh says why.
    """
    _, keys = await meet(target)
    return keys


async def meet(target: Target) -> tuple[str, list[HostKey]]:
    """The server's greeting, and its host keys as `host_keys` returns them.

    Raises:
        Failure: as for `host_keys`.
    """
    greeting = await reach(target)
    # One type after the other: a server may take one stranger at a time (MaxStartups, PerSourceMaxStartups).
    ask = _shown if target.jump else _scan
    found = [key for key_type in _TYPES for key in await ask(target, key_type)]
    if not found:
        raise await _why_no_keys(target)
    return greeting, found


async def _scan(target: Target, key_type: str) -> list[HostKey]:
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        scan = await _finish(dial.keyscan_command(target, key_type, _SECONDS), target)
        if scan.stdout or _NONE_OF_THIS_TYPE in scan.stderr:
            break
    return known_hosts.parse(scan.stdout)


async def _shown(target: Target, key_type: str) -> list[HostKey]:
    """The same through a jump host, of which ssh-keyscan knows nothing; an older ssh gives no key away in full."""
    from wizard.client.ssh import transport  # imported late: paramiko takes its time, and few have a jump host

    for pause in _PAUSES:
        await asyncio.sleep(pause)
        try:
            return await in_background(partial(transport.shown, target, key_type))
        except Failure as failure:
            if failure.kind is not Kind.SSH_UNSUPPORTED:
                raise
            return await _shown_to_ssh(target, key_type)
        except (EOFError, OSError):  # the server ended it
            continue
    return []


async def _shown_to_ssh(target: Target, key_type: str) -> list[HostKey]:
    with tempfile.TemporaryDirectory(prefix="backup-wizard-") as folder:
        file = Path(folder) / "host-keys"
        file.touch()
        await _finish(dial.host_key_command(target, key_type, _SECONDS, file), target)
        # ssh asks for each key several times, and before it knows one.
        return list(dict.fromkeys(known_hosts.parse(file.read_text())))


async def _why_no_keys(target: Target) -> Failure:
    """What ssh, which says more than ssh-keyscan, makes of such a server."""
    tried = await _finish(dial.unauthenticated_ssh_command(target, _SECONDS), target)
    if target.jump and _TRUSTS_NONE in tried.stderr:
        return Failure(Kind.SSH_UNSUPPORTED, str(target), tried.stderr)
    if any(words in tried.stderr for words in _NO_SSH_AFTER_ALL):
        return Failure(Kind.NOT_SSH, str(target), tried.stderr)
    return ProgramFailed("ssh", tried.exit_code, tried.stderr)


async def _finish(argv: list[str], target: Target) -> Finished:
    try:
        return await children.finish(argv, os.environ | {"LC_ALL": "C"} | through_jump_host.SHELL, timeout=2 * _SECONDS)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, str(target)) from None
    except OSError as error:
        raise Failure(Kind.NO_SSH, argv[0], str(error)) from None


async def _reach(target: Target, sign: bytes, otherwise: Kind) -> str:
    try:
        async with asyncio.timeout(_SECONDS * (2 if target.jump else 1)):  # signing in there takes time
            return await _greeting(target, sign, otherwise)
    except TimeoutError:
        raise Failure(Kind.TIMED_OUT, str(target)) from None
    except OSError as error:
        raise dial.why(error, target) from None


async def _greeting(target: Target, sign: bytes, otherwise: Kind) -> str:
    reader, writer = await dial.open_stream(target, _LONGEST_GREETING, _SECONDS)
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
