"""One client: how it signs in, and what its line of authorized_keys then allows."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paramiko import Transport
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)
from paramiko.packet import Packetizer
from paramiko.server import ServerInterface

from wizard.server.practice import authorized_keys
from wizard.server.practice.child import Job, Terminal
from wizard.server.practice.session import PracticeSession

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from paramiko import Channel, PKey
    from paramiko.message import Message

_SFTP_SERVER = b"/usr/lib/openssh/sftp-server"  # what sshd puts in SSH_ORIGINAL_COMMAND for a request of sftp
_SILENT = logging.getLogger("backup-wizard.practice")
_SILENT.setLevel(logging.CRITICAL + 1)  # paramiko logs each scan and broken connection as an error, with its traceback


@dataclass(frozen=True)
class Account:
    """The one account that can sign in."""

    user: str
    home: Path
    authorized_keys: Path
    host_key: PKey


class PracticeConnection(ServerInterface):
    """A client, from its first byte to the end of all that it started."""

    def __init__(self, account: Account, connected: socket.socket) -> None:
        self._account = account
        self._address = connected.getpeername()
        self._own_address = connected.getsockname()
        self._line: authorized_keys.Line | None = None
        self._terminals: dict[int, Terminal] = {}
        self._sessions: dict[int, PracticeSession] = {}
        self._granted: list[PracticeSession] = []
        self._transport = Transport(connected, packetizer_class=_Packets)
        self._transport.set_log_channel(_SILENT.name)
        self._transport.add_server_key(account.host_key)
        assert isinstance(self._transport.packetizer, _Packets)
        self._transport.packetizer.before_reading = self._start_granted

    def start(self) -> None:
        """Begin to talk, on a thread of its own."""
        self._transport.start_server(threading.Event(), self)

    def is_alive(self) -> bool:
        """Whether the client, or something it started, is still there."""
        return self._transport.is_alive() or any(map(PracticeSession.is_alive, list(self._sessions.values())))

    def close(self) -> None:
        """Cut the client off."""
        self._transport.close()

    def join(self) -> None:
        """Wait until nothing of it is left, once it is cut off or gone."""
        self._transport.join()
        for session in self._sessions.values():
            session.join()

    def get_allowed_auths(self, username: str) -> str:
        """Keys, and nothing else."""
        return "publickey"

    def check_auth_publickey(self, username: str, key: PKey) -> int:
        """Look for a line that lets this key in, in the file as it is now."""
        self._line = None
        if username == self._account.user:
            try:
                text = self._account.authorized_keys.read_bytes()
            except OSError:
                text = b""
            self._line = authorized_keys.admitting(text, key.asbytes(), self._address[0])
        return AUTH_SUCCESSFUL if self._line else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open sessions alone."""
        return OPEN_SUCCEEDED if kind == "session" else self._no_tunnel()

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        """Open no tunnel."""
        return self._no_tunnel()

    def check_channel_forward_agent_request(self, channel: Channel) -> bool:
        """Agree if the line does; the agent is then never asked for anything."""
        return self._may(b"agent-forwarding")

    def check_channel_pty_request(
        self, channel: Channel, term: bytes, width: int, height: int, pixelwidth: int, pixelheight: int, modes: bytes
    ) -> bool:
        """Approval a terminal if the line does."""
        if not self._may(b"pty") or channel.get_id() in self._terminals or b"\0" in term:
            return False
        self._terminals[channel.get_id()] = Terminal(term, height, width)
        return True

    def check_channel_window_change_request(
        self, channel: Channel, width: int, height: int, pixelwidth: int, pixelheight: int
    ) -> bool:
        """Change the terminal's size."""
        session = self._sessions.get(channel.get_id())
        return session is not None and session.resize(height, width)

    def check_channel_shell_request(self, channel: Channel) -> bool:
        """Run the forced command, or a shell if there is none."""
        return self._grant(channel, None)

    def check_channel_exec_request(self, channel: Channel, command: bytes) -> bool:
        """Run the forced command, which is told of the client's, or the client's if there is none."""
        return b"\0" not in command and self._grant(channel, command)

    def check_channel_subsystem_request(self, channel: Channel, name: str) -> bool:
        """Let the forced command answer a request of sftp."""
        return name == "sftp" and self._forced() is not None and self._grant(channel, _SFTP_SERVER)

    def _grant(self, channel: Channel, asked: bytes | None) -> bool:
        number = channel.get_id()
        if number in self._sessions:
            return False
        forced = self._forced()
        environment = self._environment()
        if forced is not None and asked is not None:
            environment["SSH_ORIGINAL_COMMAND"] = asked
        job = Job(asked if forced is None else forced, environment, self._account.home, self._terminals.get(number))
        self._sessions[number] = PracticeSession(channel, job)
        self._granted.append(self._sessions[number])
        return True

    def _start_granted(self) -> None:
        while self._granted:
            self._granted.pop().start()

    def _environment(self) -> dict[str, str | bytes]:
        (peer, peer_port), (own, own_port) = self._address[:2], self._own_address[:2]
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._account.home),
            "USER": self._account.user,
            "LOGNAME": self._account.user,
            "SHELL": "/bin/sh",
            "LANG": os.environ.get("LANG", "C"),
            "SSH_CONNECTION": f"{peer} {peer_port} {own} {own_port}",
        }

    def _forced(self) -> bytes | None:
        return self._line.command if self._line else None

    def _may(self, permission: bytes) -> bool:
        return self._line is not None and permission in self._line.allowed

    def _no_tunnel(self) -> int:
        # The second is sshd's answer when a tunnel is allowed and its far end can't be reached.
        allowed = self._may(b"port-forwarding")
        return OPEN_FAILED_CONNECT_FAILED if allowed else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Packets(Packetizer):
    """Paramiko's packets, with two things changed.

    A granted command starts when its answer has left, so that no output overtakes it; and the time for the
    handshake is taken from a clock, where paramiko's timer thread outlives a client that goes away before the end.
    """

    before_reading: Callable[[], None]
    _latest = float("inf")

    def read_message(self) -> tuple[int, Message]:
        self.before_reading()
        return super().read_message()

    def start_handshake(self, timeout: float) -> None:
        self._latest = time.monotonic() + timeout

    def handshake_timed_out(self) -> bool:
        return time.monotonic() > self._latest

    def complete_handshake(self) -> None:
        self._latest = float("inf")
