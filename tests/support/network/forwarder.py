"""A port of its own on loopback, whose connections go on to another one in a way that its kind decides."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_HOST = "127.0.0.1"


class Forwarder:
    """Takes connections until it is closed, at a port of its own or at a given one."""

    def __init__(self, target: int, at: int = 0) -> None:
        self._target = target
        self._listener = socket.create_server((_HOST, at))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        shut(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._take(self._listener.accept()[0])

    def _take(self, client: socket.socket) -> None:
        raise NotImplementedError

    def _go_on(self) -> socket.socket:
        return socket.create_connection((_HOST, self._target))


def start(work: Callable[..., None], *arguments: object) -> None:
    """Do it beside everything else."""
    threading.Thread(target=work, args=arguments, daemon=True).start()


def shut(*ends: socket.socket) -> None:
    """Let go of connections that may have ended already."""
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
