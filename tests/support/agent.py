"""A real ssh agent of the test's own."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

from tests.support import processes, programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Agent:
    """An ssh agent at `socket`, empty at first."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def add(self, key: Path, *options: str) -> None:
        """Have the agent hold an unprotected private key."""
        argv = [programs.require("ssh-add"), "-q", *options, str(key)]
        subprocess.run(argv, env={"SSH_AUTH_SOCK": str(self.socket)}, capture_output=True, check=True)


@contextlib.contextmanager
def ssh_agent(socket: Path) -> Iterator[Agent]:
    """Run an agent until the block ends."""
    argv = [programs.require("ssh-agent"), "-D", "-a", str(socket)]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        process.stdout.readline()  # printed once it listens
        yield Agent(socket)
    finally:
        processes.end(process)
