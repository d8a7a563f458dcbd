"""Servers that mean no good, on loopback: they stall, talk without end, or let anybody in."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import paramiko
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED, cMSG_USERAUTH_BANNER
from paramiko.message import Message

from wizard.client.host_keys.known_hosts import HostKey

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
ESCAPES = b"\x1b]0;owned\x07\x1b[2J\x1b[31m"

Talk = Callable[[socket.socket], None]


@contextlib.contextmanager
def talking(talk: Talk) -> Iterator[int]:
    """A server at the port given that says to each client whatever `talk` says, and holds the line afterwards."""
    over = threading.Event()
    taken: list[socket.socket] = []
    listener = socket.create_server((HOST, 0))

    def serve(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            talk(client)
            while client.recv(1 << 16):
                pass

    def accept() -> None:
        with contextlib.suppress(OSError):
            while not over.is_set():
                client, _ = listener.accept()
                taken.append(client)
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for client in taken:
            client.close()
        thread.join()


def silent(client: socket.socket) -> None:
    """Nothing at all."""


def endless(line: bytes, *, first: bytes = b"") -> Talk:
    """The same line, for as long as somebody listens."""

    def talk(client: socket.socket) -> None:
        client.sendall(first)
        while True:
            client.sendall(line)

    return talk


def once(text: bytes) -> Talk:
    """One text, and then nothing."""
    return lambda client: client.sendall(text)


class Stage:
    """Where in an ssh connection a server begins to misbehave."""

    KEY_EXCHANGE = "key exchange"
    SIGN_IN = "sign-in"
    CHANNEL = "channel"
    REQUEST = "request"
    ANSWER = "answer"
    BANNERS = "banners"
    OUTPUT = "output"
    ERRORS = "errors"
    NEVER = "never"


STAGES = (Stage.KEY_EXCHANGE, Stage.SIGN_IN, Stage.CHANNEL, Stage.REQUEST, Stage.ANSWER)


class HostileSsh:
    """An ssh server that lets in any key, and at one stage stalls or talks without end."""

    host = HOST

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.host_key = paramiko.RSAKey.generate(2048)
        self.over = threading.Event()
        self.port = 0
        self._open = contextlib.ExitStack()
        self._transports: list[paramiko.Transport] = []

    @property
    def known(self) -> HostKey:
        """Its host key, as if it had been confirmed."""
        return HostKey(self.host_key.get_name(), self.host_key.get_base64())

    def change_host_key(self) -> None:
        """Show another from the next connection on."""
        self.host_key = paramiko.RSAKey.generate(2048)

    def __enter__(self) -> HostileSsh:
        self.port = self._open.enter_context(talking(self._talk))
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for transport in self._transports:
            transport.close()
        self._open.close()

    def _talk(self, client: socket.socket) -> None:
        transport = _Transport(client)
        transport.set_log_channel("hostile")
        transport.hostile = self
        transport.add_server_key(self.host_key)
        self._transports.append(transport)
        with contextlib.suppress(paramiko.SSHException, EOFError):
            transport.start_server(threading.Event(), _Interface(self, transport))
        transport.join()


class _Transport(paramiko.Transport):
    hostile: HostileSsh

    def _negotiate_keys(self, m: Message) -> None:
        if self.hostile.stage == Stage.KEY_EXCHANGE:
            self.hostile.over.wait()
        super()._negotiate_keys(m)  # type: ignore[misc]


class _Interface(paramiko.ServerInterface):
    def __init__(self, hostile: HostileSsh, transport: paramiko.Transport) -> None:
        self._hostile, self._transport = hostile, transport

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_none(self, username: str) -> int:
        return paramiko.common.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._stall_at(Stage.SIGN_IN)
        if self._hostile.stage == Stage.BANNERS:
            self._send_banners()
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self._stall_at(Stage.CHANNEL)
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return self._answer(channel)

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return self._answer(channel)

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return self._answer(channel)

    def _answer(self, channel: paramiko.Channel) -> bool:
        self._stall_at(Stage.REQUEST)
        threading.Thread(target=self._serve, args=(channel,), daemon=True).start()
        return True

    def _serve(self, channel: paramiko.Channel) -> None:
        self._stall_at(Stage.ANSWER)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            send = {Stage.OUTPUT: channel.sendall, Stage.ERRORS: channel.sendall_stderr}.get(self._hostile.stage)
            while send and not self._hostile.over.is_set():
                send((ESCAPES + b'rsync: [receiver] mkstemp "/x" failed: Permission denied (13)\n') * 100)
            channel.send_exit_status(0)
            channel.close()

    def _send_banners(self) -> None:
        banner = Message()
        banner.add_byte(cMSG_USERAUTH_BANNER)
        banner.add_string(ESCAPES + b"welcome " * 1000)
        banner.add_string("")
        while not self._hostile.over.is_set() and self._transport.is_active():
            self._transport._send_message(banner)  # type: ignore[attr-defined]

    def _stall_at(self, stage: str) -> None:
        if self._hostile.stage == stage:
            self._hostile.over.wait()
