"""A real `systemd --user` of the test's own, on a machine that need not be run by systemd.

It has a mount namespace in which the machine seems to be run by systemd, control groups of its own, and its socket in
the test's home, where `systemctl --user` finds it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

from tests.support import processes, programs

_GROUPS = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified")]
_UNITS = Path("/usr/lib/systemd/user")
_ENTER = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system
for group in {groups}; do echo $$ >$group/cgroup.procs; done
exec {systemd} --user
"""
_TERMINAL_ALONE = {"DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "PATH"}
_PATIENCE_SECONDS = 60


class UserManager:
    """The manager of whoever runs the tests, with the test's home and folders."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._groups = [
            root / f"backup-wizard-test-{os.getpid()}" for root in _GROUPS if (root / "cgroup.procs").exists()
        ]

    def __enter__(self) -> Self:
        if os.getuid() != 0:
            pytest.fail("This test runs a manager of its own in a mount namespace, which takes root.")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        notified = Path(os.environ["XDG_RUNTIME_DIR"], "ready")
        notified.unlink(missing_ok=True)
        for group in self._groups:
            group.mkdir(exist_ok=True)
            self._open.callback(_remove, group)
        systemd = programs.require("/lib/systemd/systemd")
        environment = {name: value for name, value in os.environ.items() if name not in _TERMINAL_ALONE}
        own = [f"{os.environ[variable]}/systemd/user" for variable in ("XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")]
        environment["SYSTEMD_UNIT_PATH"] = ":".join([*own, str(_targets())])
        script = _ENTER.format(groups=shlex.join(map(str, self._groups)), systemd=systemd)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(notified))
            ready.settimeout(_PATIENCE_SECONDS)
            self._process = subprocess.Popen(
                [programs.require("unshare"), "--mount", "--propagation", "private", "sh", "-c", script],
                env=environment | {"NOTIFY_SOCKET": str(notified)},
                stdin=subprocess.DEVNULL,
            )
            self._open.callback(processes.end, self._process)
            while b"READY=1" not in ready.recv(4096):
                pass

    def stop(self) -> None:
        """End it with all that it has started, as when the computer is turned off."""
        self._open.close()

    def run(self, *argv: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program where the machine seems to be run by systemd."""
        inside = ["nsenter", f"--mount=/proc/{self._process.pid}/ns/mnt", "--", *map(str, argv)]
        return subprocess.run(inside, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)

    def ask(self, *arguments: str) -> str:
        """What `systemctl --user` answers."""
        return self.run("systemctl", "--user", *arguments).stdout


def _targets() -> Path:
    """A folder of systemd's own targets, without the machine's services: a second bus, a second keyring."""
    folder = Path(os.environ["XDG_RUNTIME_DIR"], "units")
    folder.mkdir(exist_ok=True)
    for unit in [*_UNITS.glob("*.target"), _UNITS / "systemd-exit.service"]:
        with contextlib.suppress(FileExistsError):
            (folder / unit.name).symlink_to(unit)
    return folder


def _members(group: Path) -> list[int]:
    return [int(pid) for file in group.rglob("cgroup.procs") for pid in file.read_text().split()]


def _remove(group: Path) -> None:
    processes.let_end(_members(group))
    for folder in sorted(group.rglob("*/"), reverse=True):
        folder.rmdir()
    group.rmdir()
