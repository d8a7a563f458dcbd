"""An office's file server of the test's own: real accounts, a real sshd and a real rsync daemon, gone without a trace.

It runs in a mount namespace in which /etc, /home and their like are overlays on a tmpfs, so the machine's own are
never written.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.support import processes, programs
from tests.support.network import listening
from tests.support.servers.real_sshd import QUICK_KEY_EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

HOST = "127.0.0.1"
ACCOUNT = "amanda"

_ENTER_AND_WAIT = """
set -e
mount -t tmpfs -o mode=755 tmpfs {place}
for name in etc home srv usr/local var/lib var/mail; do
    upper={place}/upper/$name work={place}/work/$name
    mkdir -p $upper $work
    mount -t overlay overlay -o lowerdir=/$name,upperdir=$upper,workdir=$work /$name
done
# The machine may have been set up by our own script; and the lists of accounts are this server's own, and as old as it.
rm -rf /var/lib/backup-wizard
touch /etc/passwd /etc/shadow /etc/group
# Nor is anything to be asked of the machine's own systemd.
test ! -d /run/systemd || mount -t tmpfs -o mode=755 tmpfs /run/systemd
root=/
{own_root}
exec chroot $root sh -c 'echo ready; exec cat'
"""
# For what is made beside /etc and /home: a folder with all that is at the top, in which anything can be made.
_OWN_ROOT = """
root={place}/root
mkdir -m 755 $root
for top in /*; do
    if test -L $top; then cp -P $top $root
    elif test -d $top; then mkdir $root$top; mount --rbind $top $root$top
    fi
done
"""

_SSHD_CONFIG = """
ListenAddress {host}
Port {port}
HostKey /etc/backup-wizard-test-host-key
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PidFile none
PrintMotd no
LogLevel VERBOSE
Subsystem sftp internal-sftp
{quick}
"""


class Office:
    """One account on one server, or none if it has no shell; `home` is its home as seen from the test."""

    def __init__(self, place: Path, shell: str | None = "/bin/sh", *, own_root: bool = False) -> None:
        self._place = place
        self._shell = shell
        self._own_root = own_root
        self._open = ExitStack()
        self._log: list[str] = []
        self._logged = threading.Condition()
        self.port = 0
        self.daemon_port = 0

    def __enter__(self) -> Self:
        if os.getuid() != 0:
            pytest.fail("This test makes accounts in a throw-away view of /etc and /home, which takes root.")
        place = shlex.quote(str(self._place))
        script = _ENTER_AND_WAIT.format(place=place, own_root=_OWN_ROOT.format(place=place) if self._own_root else "")
        argv = [programs.require("unshare"), "--mount", "--propagation", "private", "sh", "-c", script]
        self._holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._open.callback(processes.end, self._holder)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == "ready\n"
        # userdel leaves an account that has processes, which it finds by number: so that is like no other here.
        number = 100_000 + os.getpid() % 400_000
        self.run("sed", "-i", f"s/^UID_MIN.*/UID_MIN {number}/; s/^UID_MAX.*/UID_MAX {number + 99}/", "/etc/login.defs")
        if self._shell:
            self.run("useradd", "--create-home", "--no-log-init", "-s", self._shell, ACCOUNT)
            self.run("usermod", "-p", "*", ACCOUNT)
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/backup-wizard-test-host-key")
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        print(self.log())

    @property
    def home(self) -> Path:
        """The account's home."""
        return self.path(f"/home/{ACCOUNT}")

    @property
    def fingerprint(self) -> str:
        """The host key's, as OpenSSH prints it."""
        return self.run("ssh-keygen", "-lf", "/etc/backup-wizard-test-host-key.pub").split()[1]

    @property
    def host_key(self) -> list[str]:
        """The host key's type and base64."""
        return self.path("/etc/backup-wizard-test-host-key.pub").read_text().split()[:2]

    def path(self, path: str) -> Path:
        """A path on the server, as seen from the test."""
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def run(self, *argv: str) -> str:
        """Run a command on the server, as root."""
        ended = subprocess.run(self.inside(*argv), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert ended.returncode == 0, f"{argv}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def as_account(self, script: str) -> str:
        """Run a shell script on the server, as the account and in its home."""
        return self.run(
            "setpriv",
            "--reuid",
            ACCOUNT,
            "--regid",
            ACCOUNT,
            "--init-groups",
            "env",
            f"HOME=/home/{ACCOUNT}",
            "sh",
            "-c",
            f"cd && {script}",
        )

    def put(self, path: str, text: str, *, mode: int = 0o600, owner: str = "root") -> None:
        """Write a file on the server."""
        place = self.path(path)
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)
        self.run("chown", f"{owner}:", path)

    def authorize(self, text: str) -> None:
        """Put text into the account's authorized_keys, unchanged."""
        folder = f"/home/{ACCOUNT}/.ssh"
        self.run("install", "-d", "-m", "700", "-o", ACCOUNT, "-g", ACCOUNT, folder)
        self.put(f"{folder}/authorized_keys", text, owner=ACCOUNT)

    def log(self) -> str:
        """What the servers have logged."""
        return "".join(self._log)

    def wait_until_logged(self, sign: str, times: int = 1) -> None:
        """Wait until the servers have logged that so many times."""
        with self._logged:
            assert self._logged.wait_for(lambda: self.log().count(sign) >= times, timeout=20), self.log()

    def connections(self) -> int:
        """How many connections sshd has taken by now."""
        before = self.log()
        with socket.create_connection((HOST, self.port)) as ours:
            sign = f"Connection from {HOST} port {ours.getsockname()[1]} "
            self.wait_until_logged(sign, before.count(sign) + 1)  # ports come again
            return self.log().count("Connection from ") - 1

    def start_sshd(self, *settings: str) -> None:
        """Start sshd with the settings a distribution has, but for the port and those of the test."""
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.port = free_port()
        # The first value of a setting counts.
        config = "".join(f"{line}\n" for line in settings) + _SSHD_CONFIG.format(
            host=HOST, port=self.port, quick=QUICK_KEY_EXCHANGE
        )
        self.put("/etc/backup-wizard-test-sshd", config)
        sshd = programs.require("sshd")
        self._start([sshd, "-D", "-e", "-f", "/etc/backup-wizard-test-sshd"], "Server listening on")

    def start_daemon(self, address: str = HOST) -> None:
        """Start rsync's daemon with /etc/rsyncd.conf; another one stays at the port before."""
        self.daemon_port = free_port()
        options = [f"--port={self.daemon_port}", f"--address={address}", "--log-file=/dev/stderr"]
        options += [f"--dparam=lockfile={self._place}/rsyncd.lock"]  # all the machine's daemons count in one otherwise
        argv = [programs.require("rsync"), "--daemon", "--no-detach", "--config=/etc/rsyncd.conf", *options]
        self._start(argv, "starting, listening on port")
        listening.wait_for(self.daemon_port)

    def inside(self, *argv: str) -> list[str]:
        root = ("--root", "--wd") if self._own_root else ()
        return [programs.require("nsenter"), "--target", str(self._holder.pid), "--mount", *root, *argv]

    def _start(self, argv: list[str], sign: str) -> None:
        # It goes when the tests are killed.
        until_then = [programs.require("setpriv"), "--pdeathsig", "KILL"]
        process = subprocess.Popen(
            [*until_then, *self.inside(*argv)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
        )
        self._open.callback(processes.end, process)
        assert process.stderr
        for line in process.stderr:
            self._log.append(line)
            if sign in line:
                threading.Thread(target=self._keep_log, args=(process.stderr,), daemon=True).start()
                return
        pytest.fail(f"{argv[0]} does not start:\n{self.log()}", pytrace=False)

    def _keep_log(self, stream: IO[str]) -> None:
        for line in stream:
            with self._logged:
                self._log.append(line)
                self._logged.notify_all()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_office(place: Path, *settings: str, shell: str | None = "/bin/sh") -> Iterator[Office]:
    """An office that serves ssh, by those settings, and rsync's own service, which has no module yet."""
    place.mkdir(exist_ok=True)
    with Office(place, shell) as running:
        running.start_sshd(*settings)
        running.put("/etc/rsyncd.conf", "", mode=0o644)
        running.start_daemon()
        yield running
