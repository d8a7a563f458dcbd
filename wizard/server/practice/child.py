"""A shell or a command as sshd starts it: in the account's home, on pipes or on a terminal."""

from __future__ import annotations

import contextlib
import os
import subprocess
import termios
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping
    from pathlib import Path

# The first process of a session makes the terminal it opens its own; `subprocess` has no option for that.
_ON_TERMINAL = ("/bin/sh", "-c", 'exec "$@" <>"$0" >&0 2>&0')
_MOST_CELLS = 0xFFFF  # what a terminal's size can hold


@dataclass(frozen=True)
class Terminal:
    """The terminal that a client asked for."""

    name: bytes
    rows: int
    columns: int


@dataclass(frozen=True)
class Job:
    """What to run: a command for the shell, or with `None` the shell itself."""

    command: bytes | None
    environment: Mapping[str, str | bytes]
    home: Path
    terminal: Terminal | None = None


@dataclass(frozen=True)
class Child:
    """A process in a session of its own, and our ends of its streams; a terminal is both input and only output."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes] | None

    @property
    def on_terminal(self) -> bool:
        """Whether it runs on a terminal."""
        return self.stdin is self.stdout

    def resize(self, rows: int, columns: int) -> bool:
        """Change the terminal's size; `False` if there is none any more."""
        try:
            _set_size(self.stdin, rows, columns)
        except (OSError, ValueError, termios.error):
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all that it started, unless they left its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def close(self) -> None:
        """Close our ends of its streams."""
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()


def start(job: Job) -> Child:
    """Start it.

    Raises:
        OSError: it can't be started.
    """
    argv: list[str | bytes] = ["/bin/sh"] if job.command is None else ["/bin/sh", "-c", job.command]
    if job.terminal:
        return _on_terminal(job, job.terminal, argv)
    process = _process(job, argv, subprocess.PIPE)
    assert process.stdin and process.stdout and process.stderr
    os.set_blocking(process.stdin.fileno(), False)
    return Child(process, process.stdin, process.stdout, process.stderr)


def _on_terminal(job: Job, terminal: Terminal, argv: list[str | bytes]) -> Child:
    ours, theirs = os.openpty()
    stream = os.fdopen(ours, "r+b", buffering=0)
    try:
        _set_size(stream, terminal.rows, terminal.columns)
        name = os.ttyname(theirs)
        process = _process(job, [*_ON_TERMINAL, name, *argv], theirs, TERM=terminal.name, SSH_TTY=name)
    except BaseException:
        stream.close()
        raise
    finally:
        os.close(theirs)
    os.set_blocking(ours, False)
    return Child(process, stream, stream, None)


def _set_size(stream: IO[bytes], rows: int, columns: int) -> None:
    termios.tcsetwinsize(stream, (min(rows, _MOST_CELLS), min(columns, _MOST_CELLS)))


def _process(job: Job, argv: list[str | bytes], stream: int, **more: str | bytes) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        cwd=job.home,
        env={**job.environment, **more},
        stdin=stream,
        stdout=stream,
        stderr=stream,
        bufsize=0,
        start_new_session=True,
    )
