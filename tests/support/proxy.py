"""A stretch of network that can be cut or fall silent: it forwards connections on loopback to a port."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import Self

HOST = "127.0.0.1"


class Fate(Enum):
    """What becomes of a connection."""

    ON = auto()
    CUT = auto()
    SILENT = auto()


# Of what the client has sent: the next piece, and how many bytes went before it. First asked with nothing.
Rule = Callable[[bytes, int], Fate]


class Proxy:
    """Forwards to a port of this machine, for as long as its rule says so."""

    def __init__(self, target: int, rule: Rule) -> None:
        self._target = target
        self._rule = rule
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._listener, *self._open)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                fate = self._rule(b"", 0)
                if fate is Fate.CUT:
                    _shut(client)
                elif fate is Fate.ON:
                    server = socket.create_connection((HOST, self._target))
                    self._open.append(server)
                    is_silent = threading.Event()
                    for pump in (self._send, self._receive):
                        threading.Thread(target=pump, args=(client, server, is_silent), daemon=True).start()

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
        _shut(client, server)

    def _receive(self, client: socket.socket, server: socket.socket, is_silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(1 << 14):
                if is_silent.is_set():
                    return
                client.sendall(piece)
        if not is_silent.is_set():
            _shut(client, server)


def from_the_start(fate: Fate) -> Rule:
    """Nothing gets through."""
    return lambda piece, sent: fate


def after(count: int, fate: Fate) -> Rule:
    """So many bytes of the client get through."""
    return lambda piece, sent: Fate.ON if sent < count else fate


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
