"""A stretch of network that can be cut or fall silent: it forwards connections on loopback to a port."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from tests.support.network.forwarder import Forwarder, shut, start

if TYPE_CHECKING:
    import socket


class Fate(Enum):
    """What becomes of a connection."""

    ON = auto()
    CUT = auto()
    SILENT = auto()


# Of what the client has sent: the next piece, and how many bytes went before it. First asked with nothing.
Rule = Callable[[bytes, int], Fate]


class Proxy(Forwarder):
    """Forwards to a port of this machine, for as long as its rule says so."""

    def __init__(self, target: int, rule: Rule) -> None:
        super().__init__(target)
        self._rule = rule
        self._open: list[socket.socket] = []

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        shut(*self._open)

    def _take(self, client: socket.socket) -> None:
        self._open.append(client)
        fate = self._rule(b"", 0)
        if fate is Fate.CUT:
            shut(client)
        elif fate is Fate.ON:
            server = self._go_on()
            self._open.append(server)
            is_silent = threading.Event()
            for pump in (self._send, self._receive):
                start(pump, client, server, is_silent)

    def _send(self, client: socket.socket, server: socket.socket, is_silent: threading.Event) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while piece := client.recv(1 << 14):
                fate = self._rule(piece, sent)
                if fate is Fate.SILENT:
                    is_silent.set()
                    return
                if fate is Fate.CUT:
                    break
                server.sendall(piece)
                sent += len(piece)
        shut(client, server)

    def _receive(self, client: socket.socket, server: socket.socket, is_silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(1 << 14):
                if is_silent.is_set():
                    return
                client.sendall(piece)
        if not is_silent.is_set():
            shut(client, server)


def from_the_start(fate: Fate) -> Rule:
    """Nothing gets through."""
    return lambda piece, sent: fate


def after(count: int, fate: Fate) -> Rule:
    """So many bytes of the client get through."""
    return lambda piece, sent: Fate.ON if sent < count else fate
