"""A command at a terminal of its own, and somebody who answers it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path


def at_a_terminal(typed: str, *arguments: str, columns: int = 0) -> tuple[str, int]:
    """What the command says to somebody who answers so, and its exit code; `columns` is how wide the terminal is."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    argv = [str(Path(sys.executable).with_name("backup-wizard")), *arguments]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        said = b""
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # it has ended
            pass
        os.close(ours)
    return said.decode(errors="replace"), process.returncode
