"""Ending processes that a test has started, with all that they have started."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path


def end(process: subprocess.Popen[str]) -> None:
    """End the process and every descendant of it."""
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)  # so that it starts no more while its descendants are ended
        while found := descendants(process.pid):
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.kill()
    process.wait()


def descendants(pid: int) -> list[int]:
    """The running descendants of a process."""
    parents = _parents()
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


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
