"""A real OpenSSH server of the test's own."""

from __future__ import annotations

import functools
import os
import pwd
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes, programs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

# OpenSSH 9's own choice takes both sides 100 ms of work, at each of thousands of connections.
QUICK_KEY_EXCHANGE = "KexAlgorithms -sntrup*"
_TRIES_FOR_A_PORT = 20

# What a session leaves running when its client goes becomes a child of the server again (PR_SET_CHILD_SUBREAPER), so
# that it can be ended with it; and the server goes when the tests are killed (PR_SET_PDEATHSIG).
_KEEP_TOGETHER = """\
import ctypes, os, sys
for setting, value in ((36, 1), (1, 9)):
    ctypes.CDLL(None).prctl(setting, value)
os.execv(sys.argv[1], sys.argv[1:])
"""
_TOGETHER = (sys.executable, "-IS", "-c", _KEEP_TOGETHER) if sys.platform == "linux" else ()


class RealSshd:
    """A real sshd on loopback that lets in, by key alone, the user who runs the tests.

    Key lines have to name folders in full, because the account's home is the real one of that user. With
    `strict_modes`, sshd ignores `authorized_keys` for as long as a folder above it is open to others, as /tmp is.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        place: Path,
        *,
        strict_modes: bool = False,
        key_types: Sequence[str] = ("ed25519",),
        settings: Sequence[str] = (),
    ) -> None:
        self.port = 0
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.authorized_keys = place / "authorized_keys"
        self.folder = place / "server"
        self._place = place
        self._strict_modes = strict_modes
        self._key_types = key_types
        self._settings = settings
        self._log: list[str] = []
        self._logged = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self.folder.mkdir(mode=0o700)
        self.authorized_keys.touch(0o600)
        self._make_host_keys()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The SHA256 fingerprints of all host keys, as ssh-keygen prints them."""
        return tuple(_keygen("-l", "-f", str(key)).split()[1] for key in self._host_keys())

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the first host key."""
        return self.fingerprints[0]

    @property
    def public_host_keys(self) -> tuple[str, ...]:
        """Type and base64 of each host key."""
        return tuple(" ".join(key.with_name(f"{key.name}.pub").read_text().split()[:2]) for key in self._host_keys())

    def install(self, text: str) -> None:
        """Add lines to the account's authorized_keys, as an admin would."""
        with self.authorized_keys.open("a") as file:
            file.write(text.removesuffix("\n") + "\n")

    def change_host_keys(self) -> None:
        """Come back on the same port with other host keys, as a server that was set up anew."""
        self.end()
        for key in self._host_keys():
            key.unlink()
            key.with_name(f"{key.name}.pub").unlink()
        self._make_host_keys()
        self.start()

    def log(self) -> str:
        """What the server has logged so far."""
        return "".join(self._log)

    def wait_for(self, text: str) -> None:
        """Wait until the server has logged a text."""
        with self._logged:
            assert self._logged.wait_for(lambda: text in self.log(), timeout=20), f"no {text!r} in\n{self.log()}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        for _ in range(_TRIES_FOR_A_PORT):
            port = self.port or _free_port()
            if self._listens_on(port):
                self.port = port
                break
        else:
            pytest.fail(f"sshd does not start:\n{self.log()}", pytrace=False)
        with socket.create_connection((self.host, self.port), timeout=10) as connection:
            banner = connection.makefile("rb").readline()
        assert banner.startswith(b"SSH-2.0-OpenSSH"), banner

    def end_sessions(self) -> None:
        """Let all end that clients have started: what was cut off may go on for as long as rsync's own time-out."""
        assert self._process
        processes.let_end(processes.descendants(self._process.pid))

    def end(self) -> None:
        """End the server and every session on it."""
        if self._process:
            processes.end(self._process)

    def _listens_on(self, port: int) -> bool:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it, and no start script has made it
        config = self._place / "sshd_config"
        config.write_text("".join(f"{line}\n" for line in self._config(port)))
        process = subprocess.Popen(
            [*_TOGETHER, programs.require("sshd"), "-D", "-e", "-f", str(config)],
            env={"PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
        )
        assert process.stderr
        for line in process.stderr:
            self._log.append(line)
            if line.startswith("Server listening on"):
                self._process = process
                threading.Thread(target=self._keep_log, args=(process.stderr,), daemon=True).start()
                return True
        process.wait()
        return False

    def _config(self, port: int) -> list[str]:
        authorized_keys = str(self.authorized_keys).replace("%", "%%")
        return [
            f"ListenAddress {self.host}",
            f"Port {port}",
            *(f'HostKey "{key}"' for key in self._host_keys()),
            f'AuthorizedKeysFile "{authorized_keys}"',
            f"StrictModes {'yes' if self._strict_modes else 'no'}",
            f"UsePAM {'yes' if _account_is_locked(self.user) else 'no'}",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PidFile none",
            "PrintMotd no",
            "LogLevel VERBOSE",
            # Shells read no start-up files of the person's who runs the tests: those may be slow, or talk.
            f'SetEnv "HOME={self._place}"',
            *(["PerSourcePenalties no"] if _knows("PerSourcePenalties no") else []),
            *self._settings,  # the first value of a setting counts
            QUICK_KEY_EXCHANGE,
        ]

    def _host_keys(self) -> list[Path]:
        return [self._place / f"host_key_{type_}" for type_ in self._key_types]

    def _make_host_keys(self) -> None:
        for type_, key in zip(self._key_types, self._host_keys(), strict=True):
            bits = ["-b", "2048"] if type_ == "rsa" else []
            _keygen("-q", "-t", type_, *bits, "-N", "", "-C", "", "-f", str(key))

    def _keep_log(self, stream: IO[str]) -> None:
        for line in stream:
            with self._logged:
                self._log.append(line)
                self._logged.notify_all()


def _keygen(*arguments: str) -> str:
    argv = [programs.require("ssh-keygen"), *arguments]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((RealSshd.host, 0))
        return int(probe.getsockname()[1])


def _account_is_locked(user: str) -> bool:
    # Only PAM lets a locked account in by key; root is one on some systems.
    if os.getuid() != 0 or not Path("/etc/shadow").exists():
        return False
    fields = [line.split(":") for line in Path("/etc/shadow").read_text().splitlines()]
    return any(name == user and password.startswith("!") for name, password, *_ in fields)


@functools.cache
def _knows(setting: str) -> bool:
    # Newer servers shut out an address after a few failed sign-ins; older ones refuse the very word.
    asked = subprocess.run([programs.require("sshd"), "-T", "-f", os.devnull, "-o", setting], capture_output=True)
    return b"Bad configuration option" not in asked.stderr
