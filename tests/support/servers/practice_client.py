"""A person's computer towards the practice server: the real programs, and what their tests look at."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko

from tests.support import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wizard.server.practice import PracticeServer


@dataclass(frozen=True)
class Client:
    """The person's computer: a key, and the real programs with nothing of this machine's settings."""

    server: PracticeServer
    key: Path

    @property
    def public_key(self) -> str:
        return self.key.with_suffix(".pub").read_text().strip()

    @property
    def destination(self) -> str:
        return f"{self.server.user}@{self.server.host}:computer/"

    def options(self) -> list[str]:
        known_hosts = self.key.with_name("known_hosts")
        if not known_hosts.exists():
            known_hosts.write_text(f"practice {self._scanned()}\n")
        settings = {
            "BatchMode": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "HostKeyAlias": "practice",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(known_hosts),
            "LogLevel": "VERBOSE",
        }
        return ["-F", "none", "-i", str(self.key), *(f"-o{name}={value}" for name, value in settings.items())]

    def ssh_argv(self, *request: str, more: tuple[str, ...] = (), user: str = "amanda") -> list[str]:
        return ["ssh", *self.options(), "-p", str(self.server.port), "-l", user, *more, self.server.host, *request]

    def ssh(
        self, *request: str, more: tuple[str, ...] = (), user: str = "amanda", stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        argv = self.ssh_argv(*request, more=more, user=user)
        return subprocess.run(argv, input=stdin, capture_output=True, text=True)

    def rsync_argv(self, *arguments: str) -> list[str]:
        shell = " ".join(["ssh", *self.options(), "-q", "-p", str(self.server.port)])
        return ["rsync", f"--rsh={shell}", *arguments]

    def rsync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = self.rsync_argv(*arguments)
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def _scanned(self) -> str:
        argv = ["ssh-keyscan", "-t", "ed25519", "-p", str(self.server.port), self.server.host]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split(" ", 1)[1].strip()


def held() -> tuple[int, int, list[int]]:
    """How many threads and open files this process has, and which children."""
    gc.collect()  # or what an earlier test left open may be closed in between
    return threading.active_count(), len(list(Path("/dev/fd").iterdir())), processes.descendants(os.getpid())


def holds_no_more_than(before: tuple[int, int, list[int]]) -> bool:
    """Whether nothing is left that was not there then; what an earlier test has begun may have ended since."""
    threads, files, children = held()
    return threads <= before[0] and files <= before[1] and set(children) <= set(before[2])


def new_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a client", "-f", str(path)], check=True)
    return path


@contextlib.contextmanager
def started(argv: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        with process:
            yield process
            os.killpg(process.pid, signal.SIGKILL)
    finally:
        processes.end(process)


@contextlib.contextmanager
def signed_in(client: Client) -> Iterator[paramiko.Transport]:
    with socket.create_connection((client.server.host, client.server.port)) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connected)
        try:
            transport.connect(
                username=client.server.user, pkey=paramiko.Ed25519Key.from_private_key_file(str(client.key))
            )
            yield transport
        finally:
            transport.close()
            transport.join()


def first_number(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def wait_until(holds: Callable[[], object]) -> None:
    """Look again until it holds; the test's own time limit ends a wait in vain."""
    while not holds():
        threading.Event().wait(0.01)
