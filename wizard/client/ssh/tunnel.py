"""Our own connections through a jump host, and why there is none, by what ssh says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
from typing import TYPE_CHECKING, Self

from wizard.failure import Failure, Kind
from wizard.schemes.parts import through_jump_host

if TYPE_CHECKING:
    from wizard.server_address import JumpHost

_MOST_SAID = 1 << 16
_TO_END_SECONDS = 2.0  # its output has ended by then

# In order: what is said of the server comes after what is said of the jump host.
_CAUSES = (
    (r"REMOTE HOST IDENTIFICATION HAS CHANGED", Kind.JUMP_KEY_CHANGED),
    (r"Host key verification failed|No \w+ host key is known for", Kind.JUMP_KEY_UNKNOWN),
    (r"Could not resolve hostname", Kind.JUMP_NAME_UNKNOWN),
    (r"open failed: (?!connect failed)", Kind.JUMP_FORBIDS),
    (r"stdio forwarding failed", Kind.JUMP_CANT_CONNECT),
    (r"Permission denied|Too many authentication failures|No more authentication methods", Kind.JUMP_REFUSES_KEY),
)
# What the ssh to the server says last of a connection that ended before there was a server at its end; the broken pipe
# is of one that had ended before this ssh could greet.
_NO_SERVER = re.compile(
    r"^(?:(?:kex|ssh)_exchange_identification: |banner exchange: Connection to .*: Broken pipe)", re.MULTILINE
)
_SIGNED_IN = "Authenticated to "
_NO_SUCH_KEY = re.compile(r"^no such identity: .*\n?", re.MULTILINE)


class Tunnel(socket.socket):
    """A connection to a server by way of a jump host; to close it ends the ssh that makes it."""

    _ssh: subprocess.Popen[bytes]
    _said: int

    @classmethod
    def begin(cls, jump: JumpHost, host: str, port: int, seconds: float) -> Self:
        """Have ssh connect; `require` tells what came of it, once there is something to read.

        Raises:
            Failure: `NO_SSH`.
        """
        ours, theirs = socket.socketpair()
        tunnel = cls(fileno=ours.detach())
        # With less, ssh doesn't say why nothing was forwarded, or that it got so far.
        argv = through_jump_host.command(jump, host, port, int(seconds), "-o", "LogLevel=VERBOSE")
        with theirs, tempfile.TemporaryFile() as said:
            try:
                tunnel._ssh = subprocess.Popen(
                    argv,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=said,
                    env=os.environ | {"LC_ALL": "C"},
                    start_new_session=True,
                )
            except OSError as error:
                socket.socket.close(tunnel)
                raise Failure(Kind.NO_SSH, "ssh", str(error)) from None
            tunnel._said = os.dup(said.fileno())
        return tunnel

    def require(self, about: str) -> None:
        """See that a server has begun to speak, as one of ssh does.

        Raises:
            Failure: as for `why`.
        """
        if self.recv(1, socket.MSG_PEEK):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._ssh.wait(_TO_END_SECONDS)
        raise why(os.pread(self._said, _MOST_SAID, 0).decode(errors="backslashreplace"), about)

    def close(self) -> None:
        """End it."""
        if self.fileno() < 0:
            return
        super().close()
        os.close(self._said)
        if self._ssh.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._ssh.pid, signal.SIGKILL)
            self._ssh.wait()


def connect(jump: JumpHost, host: str, port: int, seconds: float, about: str) -> Tunnel:
    """A connected socket, whose calls have `seconds` of time; signing in to the jump host has as much again.

    Raises:
        Failure: as for `why`, `TIMED_OUT` or `NO_SSH`.
    """
    tunnel = Tunnel.begin(jump, host, port, seconds)
    try:
        if not select.select([tunnel], [], [], 2 * seconds)[0]:
            raise Failure(Kind.TIMED_OUT, about)
        tunnel.require(about)
    except BaseException:
        tunnel.close()
        raise
    tunnel.settimeout(seconds)
    return tunnel


async def connect_soon(jump: JumpHost, host: str, port: int, seconds: float, about: str) -> Tunnel:
    """The same without blocking; the caller sets the time-out.

    Raises:
        Failure: as for `why`, or `NO_SSH`.
    """
    loop = asyncio.get_running_loop()
    tunnel = Tunnel.begin(jump, host, port, seconds)
    try:
        tunnel.setblocking(False)
        readable = asyncio.Event()
        loop.add_reader(tunnel, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(tunnel)
        tunnel.require(about)
    except BaseException:
        tunnel.close()
        raise
    return tunnel


def why(said: str, about: str) -> Failure:
    """Why there is no connection to a server: for a cause of the jump host's, or `HUNG_UP` if the server ended it."""
    said = _NO_SUCH_KEY.sub("", said).strip()
    kind = _cause(said)
    if kind is Kind.JUMP_UNREACHABLE and _SIGNED_IN in said:
        kind = Kind.HUNG_UP
    return Failure(kind, about, said)


def cause(said: str) -> Kind | None:
    """The jump host's part in why there is no connection to a server, in what ssh said, and what runs over it."""
    ends = list(_NO_SERVER.finditer(said))
    of_jump = said[: ends[-1].start()].strip() if ends else ""  # where it said nothing, it was the server
    return _cause(of_jump) if of_jump else None


def _cause(said: str) -> Kind:
    return next((kind for pattern, kind in _CAUSES if re.search(pattern, said)), Kind.JUMP_UNREACHABLE)
