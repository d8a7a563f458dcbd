"""What goes to standard output and standard error: a reader who has gone away is no reason to stop the work."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def out(text: str) -> None:
    """Write to standard output at once."""
    _write(sys.stdout, text)


def error(text: str) -> None:
    """Write to standard error at once."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # as in “backup-wizard run NAME | head”
        _send_nowhere(stream)


def _send_nowhere(stream: TextIO) -> None:
    """Whatever follows is dropped, what is still in the stream's buffer with it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
