"""A script that is stopped before each program it starts, so that what a kill at that moment leaves can be looked at.

Every program on its path is a gate that asks the test before it lets the real one start; one gate asks at a time.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from typing import TYPE_CHECKING

from tests.support import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# All that the script starts, as root and as the account.
PROGRAMS = """
awk cat chmod chown cmp cp cut env find flock getent grep head id lsattr mkdir mktemp mv readlink rm rmdir rsync
sed setsid sh sha256sum sleep ssh-keygen sshd stat su sync tail timeout tr useradd userdel wc
"""
_GATE = """\
#!{dash}
exec 8>{place}/lock
{flock} 8
echo {name} >{place}/asks
read -r go <{place}/may
exec 8>&-
exec {program} "$@"
"""


class Gates:
    """A folder of gates, to be put first on a script's path, where it is named `seen`; accounts can use them, too."""

    def __init__(self, place: Path, seen: str) -> None:
        self.place, self._seen = place, seen
        if place.exists():
            return
        place.mkdir(mode=0o755)
        dash, flock = programs.require("dash"), programs.require("flock")
        for name in PROGRAMS.split():
            gate = place / name
            program = programs.require(name)
            gate.write_text(_GATE.format(dash=dash, flock=flock, place=seen, name=name, program=program))
            gate.chmod(0o755)
        (place / "lock").touch()
        os.mkfifo(place / "asks")
        os.mkfifo(place / "may")
        for shared in ("lock", "asks", "may"):
            (place / shared).chmod(0o666)

    def stops(self, argv: list[str]) -> Iterator[str]:
        """The name of each program that the script is about to start, while it stands still; closing it kills it."""
        environment = os.environ | {"PATH": f"{self._seen}:{os.environ['PATH']}"}
        asks = os.open(self.place / "asks", os.O_RDWR)
        may = os.open(self.place / "may", os.O_RDWR)
        process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        ended = os.pidfd_open(process.pid)
        try:
            yield from self._each(asks, may, ended)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for descriptor in (asks, may, ended):
                os.close(descriptor)

    def _each(self, asks: int, may: int, ended: int) -> Iterator[str]:
        while True:
            ready, _, _ = select.select([asks, ended], [], [], 60)
            assert ready, "the script hangs"
            if asks not in ready:
                return
            yield os.read(asks, 100).decode().strip()
            os.write(may, b"go\n")
