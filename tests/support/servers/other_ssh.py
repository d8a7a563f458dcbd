"""Offices whose ssh server is another program than OpenSSH's: Dropbear, and tinyssh."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

from tests.support import processes, programs
from tests.support.network.forwarder import shut, start
from tests.support.servers.office import HOST, Office, free_port
from wizard.client.host_keys.known_hosts import HostKey

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = "/etc/backup-wizard-test-keys"


class DropbearOffice(Office):
    """Serves ssh by Dropbear, by keys alone."""

    @property
    def host_key(self) -> list[str]:
        """The host key's type and base64."""
        told = self.run("dropbearkey", "-y", "-f", _KEYS)
        return next(line for line in told.splitlines() if line.startswith("ssh-ed25519 ")).split()[:2]

    @property
    def fingerprint(self) -> str:
        """The host key's, as OpenSSH prints it."""
        return HostKey(*self.host_key).fingerprint

    def start_dropbear(self) -> None:
        """Start it as an account's admin would, but for the port."""
        self.run("dropbearkey", "-t", "ed25519", "-f", _KEYS)
        self.port = free_port()
        argv = [programs.require("dropbear"), "-F", "-E", "-s", "-p", f"{HOST}:{self.port}", "-r", _KEYS, "-P", ""]
        self._start(argv, "Not backgrounding")


class TinysshOffice(Office):
    """Serves ssh by tinyssh, which something has to start for each connection."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self._listener: socket.socket | None = None

    @property
    def host_key(self) -> list[str]:
        """The host key's type and base64."""
        return self.run("tinysshd-printkey", _KEYS).split()[:2]

    @property
    def fingerprint(self) -> str:
        """The host key's, as OpenSSH prints it."""
        return HostKey(*self.host_key).fingerprint

    def start_tinyssh(self) -> None:
        """Listen for it."""
        self.run("tinysshd-makekey", _KEYS)
        self._listener = listener = socket.create_server((HOST, 0))
        self._open.callback(shut, listener)
        self.port = listener.getsockname()[1]
        start(self._serve, listener)

    def _serve(self, listener: socket.socket) -> None:
        until_then = [programs.require("setpriv"), "--pdeathsig", "KILL"]
        argv = [*until_then, *self.inside(programs.require("tinysshd"), "-l", "-v", _KEYS)]
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                served = subprocess.Popen(
                    argv,
                    stdin=connection.fileno(),
                    stdout=connection.fileno(),
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            self._open.callback(processes.end, served)
