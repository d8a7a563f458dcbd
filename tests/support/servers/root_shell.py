"""The admin at a terminal: text pasted into an interactive shell of root's on a server of the test's own."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
from typing import TYPE_CHECKING

from tests.support import processes, programs

if TYPE_CHECKING:
    from tests.support.servers.office import Office

SHELLS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "dash": ("dash", "-i"),
    "busybox": ("busybox", "sh", "-i"),
    "zsh": ("zsh", "-f", "-i"),
}
_STILL_HERE = "still here: $((6 * 7))\n"
_IS_STILL_HERE = "still here: 42"
_MOST_SECONDS = 100
_ORDERS = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])|\r")


def paste(office: Office, text: str, shell: str = "bash", umask: str = "022") -> str:
    """Paste the text, and return what is on the terminal then; the shell has to be there still, and take a command."""
    program, *options = SHELLS[shell]
    master, slave = pty.openpty()
    # Their files of former commands are not written.
    settings = {
        "TERM": "dumb",
        "PS1": "# ",
        "HOME": "/nonexistent",
        "HISTFILE": "/dev/null",
        "PATH": os.environ["PATH"],
    }
    argv = [programs.require("setsid"), "--ctty", "--wait", *office.inside(programs.require(program), *options)]
    process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=settings, cwd="/")
    os.close(slave)
    try:
        typed = f"umask {umask}\n{text}echo {_STILL_HERE}"
        return _without_orders(_talk(master, typed.encode()))
    finally:
        os.close(master)
        processes.end(process)


def _talk(terminal: int, typed: bytes) -> str:
    os.set_blocking(terminal, False)
    said = b""
    while _IS_STILL_HERE.encode() not in said:
        readable, writable, _ = select.select([terminal], [terminal] if typed else [], [], _MOST_SECONDS)
        assert readable or writable, said
        if readable:
            said += os.read(terminal, 65536)
        if writable:
            typed = typed[os.write(terminal, typed[:256]) :]
    return said.decode(errors="backslashreplace")


def _without_orders(said: str) -> str:
    return _ORDERS.sub("", said)
