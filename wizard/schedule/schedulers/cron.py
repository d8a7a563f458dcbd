"""cron, where there is no better scheduler: a few marked lines in the person's own list, and nothing else of it."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure, Kind
from wizard.schedule.schedulers import signed, starting_line
from wizard.schedule.schedulers.scheduler import MINUTES, Plan, Planned, State, Tried, must, run_until

if TYPE_CHECKING:
    import threading

_PLACE = "crontab"
_BEGIN, _END = "# BEGIN backup-wizard", "# END backup-wizard"
# cron's list knows no priority, and a program that finds nothing due has nothing to say by mail.
_LOW_PRIORITY = "renice -n 19 -p $$ >/dev/null 2>&1; ionice -c 3 -p $$ >/dev/null 2>&1; "
_QUIETLY = "run --if-due >/dev/null 2>&1"
_SHELL, _PATH = "/bin/sh", "/usr/bin:/bin"
_PROCESSES = Path("/proc")
_DAEMONS = {"cron", "crond", "fcron"}  # crond is also cronie's, dcron's and busybox's
_SYSTEMD_CRON = "systemd/system-generators/systemd-crontab-generator"  # systemd itself is its daemon


class Cron:
    """The person's crontab."""

    name = "cron"

    def is_there(self) -> bool:
        """Whether there is a crontab program; on a Mac, launchd is the one to ask."""
        return sys.platform != "darwin" and shutil.which("crontab") is not None

    def seems_to_run(self) -> bool:
        """Whether its daemon is seen among the processes; also where the system doesn't show them all."""
        if not (_PROCESSES / "1/comm").exists():
            return True
        if any((Path(folder) / _SYSTEMD_CRON).exists() for folder in ("/usr/lib", "/lib")):
            return True
        running = set()
        for name in _PROCESSES.glob("[0-9]*/comm"):
            with suppress(OSError):  # it has ended meanwhile
                running.add(name.read_text(errors="replace").strip())
        return not running.isdisjoint(_DAEMONS)

    def plan(self) -> Plan:
        """The marked lines."""
        return Plan(self.name, (Planned(_PLACE, _block()),), (("crontab", "-"),))

    def state(self) -> State:
        """What is there of the marked lines."""
        found = self._found()
        if found is None:
            return State.ABSENT
        if not signed.is_as_written(signed.decoded(found.inside)):
            return State.CHANGED
        return State.OURS if found.whole == signed.encoded(_block()) else State.OTHERWISE

    def changed(self) -> str:
        """That it is the crontab, if the marked lines were changed by hand."""
        return _PLACE if self.state() is State.CHANGED else ""

    def clear(self) -> None:
        """Nothing: crontab itself keeps the list whole."""

    def install(self) -> None:
        """Put the marked lines at the end of the list, or in place of older ones."""
        table, block = _read(), signed.encoded(_block())
        if found := _block_in(table):
            wanted = found.before + block + found.after
        else:
            wanted = table + (b"\n" if table and not table.endswith(b"\n") else b"") + block
        if wanted != table:
            must(["crontab", "-"], wanted)

    def remove(self) -> None:
        """Take the marked lines out of the list, and the list away if there is nothing else in it."""
        if not self.is_there() or not (found := self._found()):
            return
        if wanted := found.before + found.after:
            must(["crontab", "-"], wanted)
        else:
            must(["crontab", "-r"])

    def start_once(self, script: str, stop: threading.Event) -> Tried:
        """The script in the environment that cron would give it: cron itself starts nothing at once."""
        return run_until(stop, [_SHELL, "-c", script], environment())

    def _found(self) -> _Block | None:
        return _block_in(_read()) if self.is_there() else None


class _Block(msgspec.Struct, frozen=True):
    """The marked lines of a list, those between them, and what stands before and after them."""

    before: bytes
    whole: bytes
    inside: bytes
    after: bytes


def _block_in(table: bytes) -> _Block | None:
    lined = b"\n" + table  # each mark is a line of its own, the first as well
    begin = lined.find(f"\n{_BEGIN}\n".encode())
    inside = begin + len(_BEGIN) + 1
    end = lined.find(f"\n{_END}\n".encode(), inside) if begin >= 0 else -1
    if end < 0:
        return None
    after = end + len(_END) + 1  # these are places in the list itself, where the first line's end isn't
    return _Block(table[:begin], table[begin:after], table[inside:end], table[after:])


def environment() -> dict[str, str]:
    """All that a program of the person's finds in its environment under cron (crontab(5))."""
    user, home = getpass.getuser(), os.path.expanduser("~")  # noqa: PTH111 - as text
    return {"HOME": home, "LOGNAME": user, "USER": user, "SHELL": _SHELL, "PATH": _PATH}


def quoted(command: str) -> str:
    """A command for the list: what follows a % would be given to it as input, and a line is its end.

    Raises:
        Failure: `SCHEDULER_FAILED` if it has several lines.
    """
    if "\n" in command:
        raise Failure(Kind.SCHEDULER_FAILED, "cron", command)
    return command.replace("%", r"\%")


def _block() -> str:
    command = quoted(shlex.join([_SHELL, "-c", _LOW_PRIORITY + starting_line.script(_QUIETLY)]))
    inside = signed.sign(f"{_minutes()} * * * * {command}\n")
    return f"{_BEGIN}\n{inside}{_END}\n"


def _minutes() -> str:
    """Four times an hour, for each computer and person at minutes of their own: not all ask the server at once."""
    first = zlib.crc32(f"{getpass.getuser()}@{socket.gethostname()}".encode()) % MINUTES
    return ",".join(str(minute) for minute in range(first, 60, MINUTES))


def _read() -> bytes:
    """The list, byte for byte; empty where there is none.

    Raises:
        Failure: `SCHEDULER_FAILED` if it can't be read: then it must not be replaced.
    """
    english = {**os.environ, "LC_ALL": "C"}
    try:
        ended = subprocess.run(
            ["crontab", "-l"], stdin=subprocess.DEVNULL, capture_output=True, check=False, env=english
        )
    except OSError as error:
        raise Failure(Kind.SCHEDULER_FAILED, _PLACE, str(error)) from None
    printed = ended.stderr.decode(errors="replace")
    if ended.returncode and "no crontab" not in printed:
        raise Failure(Kind.SCHEDULER_FAILED, _PLACE, printed, ended.returncode)
    return ended.stdout if not ended.returncode else b""
