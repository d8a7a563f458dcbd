"""One command behind one channel: what goes in and comes out, and its end when the client goes away."""

from __future__ import annotations

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


class Session:
    """Runs a job for a channel, on threads that end with it."""

    def __init__(self, channel: Channel, job: Job) -> None:
        self._channel = channel
        self._job = job
        self._child: Child | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin; to be called once the client has its answer."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the command's end, which comes soon when the channel is closed."""
        if self._thread.ident:
            self._thread.join()

    def is_alive(self) -> bool:
        """Whether the command still runs."""
        return self._thread.is_alive()

    def resize(self, rows: int, columns: int) -> bool:
        """Change the terminal's size; `False` if there is none."""
        return self._child is not None and self._child.resize(rows, columns)

    def _run(self) -> None:
        try:
            self._child = child.start(self._job)
        except OSError:
            self._hang_up()
            return
        ending, finished = Ending(), threading.Event()
        threads = [
            threading.Thread(target=work, args=arguments, daemon=True)
            for work, arguments in self._works(self._child, ending, finished)
        ]
        for thread in threads:
            thread.start()
        self._relay(self._child.stdout, self._channel.sendall, ending)
    ...
