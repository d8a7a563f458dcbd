"""A real cron daemon of the test's own, Debian's, with its lists in a mount namespace: the machine has none of it.

`python -m tests.support.schedule.real_cron` gets its package, which is unpacked and not installed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Self

import pytest

from tests.support import processes, programs

FETCHED = Path(__file__).parents[3] / ".make" / "cron"
_ENTER = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/spool
mkdir -p -m 1730 /var/spool/cron/crontabs
touch -d '1 hour ago' /var/spool/cron/crontabs # cron sees a change by the folder's time, in whole seconds
[ ! -d /etc/cron.d ] || mount -t tmpfs tmpfs /etc/cron.d
[ ! -e /etc/crontab ] || mount --bind /dev/null /etc/crontab
echo ready
exec {cron} -f
"""
_CRONTAB = '#!/bin/sh\nexec nsenter --mount=/proc/{pid}/ns/mnt -- {crontab} "$@"\n'


class RealCron:
    """The daemon; `programs` is a folder with the `crontab` that reaches it."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder

    def __enter__(self) -> Self:
        if os.getuid() != 0:
            pytest.fail("This test runs a cron of its own in a mount namespace, which takes root.")
        if not (FETCHED / "usr/sbin/cron").exists():
            pytest.fail("cron is missing: `make .make/cron/fetched` fetches it.", pytrace=False)
        script = _ENTER.format(cron=shlex.quote(str(FETCHED / "usr/sbin/cron")))
        self._process = subprocess.Popen(
            [programs.require("unshare"), "--mount", "--propagation", "private", "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"
        self.programs.mkdir()
        crontab = self.programs / "crontab"
        there = shlex.quote(str(FETCHED / "usr/bin/crontab"))
        crontab.write_text(_CRONTAB.format(pid=self._process.pid, crontab=there))
        crontab.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        processes.end_descendants(self._process.pid)
        processes.end(self._process)


def fetch() -> None:
    """Get it with the machine's own apt, which checks what it gets."""
    FETCHED.mkdir(parents=True, exist_ok=True)
    apt = [programs.require("apt-get"), "--quiet=2", "-o=APT::Sandbox::User=root"]
    if subprocess.run([*apt, "download", "cron"], cwd=FETCHED).returncode:
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "download", "cron"], cwd=FETCHED, check=True)
    for package in FETCHED.glob("cron_*.deb"):
        subprocess.run([programs.require("dpkg-deb"), "-x", package, FETCHED], check=True)
        package.unlink()


if __name__ == "__main__":
    fetch()
