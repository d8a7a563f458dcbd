"""A forwarder on loopback that is slow, or cuts or holds a connection after so many of the client's bytes."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time

from tests.support.network.forwarder import Forwarder, shut, start

_RESET = struct.pack("ii", 1, 0)


class Gate(Forwarder):
    """Forwards to a port of this machine; connections are counted from 0, in the order in which they are made.

    `cuts` and `holds` say for a connection after how many bytes, and `answer_cuts` after how many of the server's;
    `held` is set while one is held, until `release`. One that is held after 0 bytes brings nothing from the server
    either. What passes takes `seconds` on its way, as on a long line.
    """

    def __init__(self, port: int, seconds: float = 0, at: int = 0) -> None:
        super().__init__(port, at)
        self._seconds = seconds
        self._released = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.cuts: dict[int, int] = {}
        self.holds: dict[int, int] = {}
        self.answer_cuts: dict[int, int] = {}
        self.held = threading.Event()

    @property
    def connections(self) -> int:
        """How many there were by now."""
        return len(self._pairs)

    @property
    def is_released(self) -> bool:
        """Whether nothing is held any more."""
        return self._released.is_set()

    def __exit__(self, *_: object) -> None:
        self.release()
        super().__exit__()
        self.cut()

    def cut(self) -> None:
        """Reset all connections that there are."""
        for pair in self._pairs:
            self._reset(pair)

    def release(self) -> None:
        """Hold nothing from now on."""
        self._released.set()

    def _take(self, client: socket.socket) -> None:
        server = self._go_on()
        number = len(self._pairs)
        self._pairs.append((client, server))
        start(self._forward, number, client, server, True)
        start(self._forward, number, server, client, False)

    def _forward(self, number: int, source: socket.socket, sink: socket.socket, is_clients: bool) -> None:
        passed = 0
        on_its_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        if self._seconds:
            start(self._deliver, on_its_way, sink)
        if self.holds.get(number) == 0:
            self.held.set()
            self._released.wait()
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                if self._seconds:
                    on_its_way.put((time.monotonic() + self._seconds, data))
                else:
                    sink.sendall(data)
                passed += len(data)
                cuts = self.cuts if is_clients else self.answer_cuts
                if passed >= cuts.get(number, 1 << 60):
                    self._reset(self._pairs[number])
                    return
                if is_clients and passed >= self.holds.get(number, 1 << 60) and not self._released.is_set():
                    self.held.set()
                    self._released.wait()
            if not self._seconds:
                sink.shutdown(socket.SHUT_WR)
        on_its_way.put((time.monotonic() + self._seconds, b""))

    def _deliver(self, on_its_way: queue.SimpleQueue[tuple[float, bytes]], sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = on_its_way.get()
                time.sleep(max(0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)

    def _reset(self, pair: tuple[socket.socket, socket.socket]) -> None:
        for end in pair:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        shut(*pair)
