"""One command behind one channel: what goes in and comes out, and its end when the client goes away."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import threading
from typing import IO, TYPE_CHECKING

from paramiko import SSHException

from wizard.server.practice import child
from wizard.server.practice.ending import Ending

if TYPE_CHECKING:
    from collections.abc import Callable

    from paramiko import Channel

    from wizard.server.practice.child import Child, Job

_CHUNK = 1 << 18
_GRACE_SECONDS = 2.0
_GONE = (OSError, EOFError, SSHException)


class PracticeSession:
    """Runs a job for a channel, on threads that end with it."""

    def __init__(self, channel: Channel, job: Job) -> None:
        self._channel = channel
        self._job = job
        self._child: Child | None = None
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin; to be called once the client has its answer."""
        self._thread.start()

    def join(self) -> None:
        """Wait until nothing of it is left, which is soon when the channel is closed."""
        if self._thread.ident:
            self._thread.join()

    def is_alive(self) -> bool:
        """Whether anything of it is left."""
        return self._thread.is_alive()

    def resize(self, rows: int, columns: int) -> bool:
        """Change the terminal's size; `False` if there is none."""
        return self._child is not None and self._child.resize(rows, columns)

    def _run(self) -> None:
        try:
            running = self._child = child.start(self._job)
        except OSError:
            self._close_channel()
            return
        over = Ending()
        feeder = threading.Thread(target=self._feed, args=(running, over), daemon=True)
        watcher = threading.Thread(target=self._watch, args=(running, over), daemon=True)
        outputs = [
            threading.Thread(target=self._relay, args=(stream, send, over), daemon=True)
            for stream, send in (
                (running.stdout, self._channel.sendall),
                (running.stderr, self._channel.sendall_stderr),
            )
            if stream
        ]
        for thread in (feeder, watcher, *outputs):
            thread.start()
        for thread in outputs:
            thread.join()
        self._tell_end(running)
        for thread in (feeder, watcher):
            thread.join()
        running.close()
        over.close()

    def _feed(self, running: Child, over: Ending) -> None:
        with contextlib.suppress(*_GONE):
            while chunk := self._channel.recv(_CHUNK):
                self._write(running.stdin, chunk, over)
        if not running.on_terminal:
            running.stdin.close()

    def _write(self, stream: IO[bytes], chunk: bytes, over: Ending) -> None:
        left = memoryview(chunk)
        for _ in over.turns(stream.fileno(), selectors.EVENT_WRITE):
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(stream.fileno(), left) :]
            if not left:
                return

    def _relay(self, stream: IO[bytes], send: Callable[[bytes], None], over: Ending) -> None:
        for _ in over.turns(stream.fileno(), selectors.EVENT_READ):
            try:
                chunk = os.read(stream.fileno(), _CHUNK)
            except BlockingIOError:
                continue
            except OSError:  # how Linux tells that nobody has the terminal any more
                return
            if not chunk:
                return
            try:
                send(chunk)
            except _GONE:
                self._close_channel()  # going on to read lets the child die in peace

    def _tell_end(self, running: Child) -> None:
        with contextlib.suppress(*_GONE):
            self._channel.shutdown_write()
        code = running.process.wait()
        self._finished.set()
        with contextlib.suppress(*_GONE):
            if code >= 0:  # sshd gives no exit code for a command that a signal ended
                self._channel.send_exit_status(code)
        self._close_channel()

    def _watch(self, running: Child, over: Ending) -> None:
        self._channel.status_event.wait()  # set when the channel is closed, from either side
        if not self._finished.is_set():
            running.signal(signal.SIGHUP)
            if not self._finished.wait(_GRACE_SECONDS):
                running.signal(signal.SIGKILL)
        over.come()

    def _close_channel(self) -> None:
        with contextlib.suppress(*_GONE):
            self._channel.close()
