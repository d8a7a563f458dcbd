"""Ending processes that a test has started, with all that they have started."""

import contextlib
import os
import select
import signal
import subprocess
from pathlib import Path


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """End the process and every descendant of it."""
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)  # so that it starts no more while its descendants are ended
        end_descendants(process.pid)
        process.kill()
    process.wait()


def let_end(pids: list[int], patience: float = 5) -> None:
    """Wait until processes have ended; those that take longer are told to."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            ending = os.pidfd_open(pid)
            if not select.select([ending], [], [], patience)[0]:
                os.kill(pid, signal.SIGTERM)
                select.select([ending], [], [], patience)
            os.close(ending)


def wait_for_end(pids: list[int], patience: float = 20) -> None:
    """Wait until processes have ended of themselves."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            ending = os.pidfd_open(pid)
            assert select.select([ending], [], [], patience)[0], f"process {pid} goes on"
            os.close(ending)


def end_descendants(pid: int) -> None:
    """End all that a process has started, and what that has started since."""
    while found := descendants(pid):
        for one in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The running descendants of a process."""
    parents = _parents()
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


def naming(path: Path) -> list[int]:
    """The running processes in whose command line a path stands, whoever has started them."""
    named = os.fsencode(path)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if named in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def is_running(pid: int) -> bool:
    """Whether the process is there and not just waiting to be collected."""
    return pid in _parents()


def _parents() -> dict[int, int]:
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_text(errors="replace").rpartition(") ")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    return parents
