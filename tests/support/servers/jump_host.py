"""A jump host of the test's own: a second real sshd, where the person signs in with their own key."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.servers.real_sshd import RealSshd

if TYPE_CHECKING:
    from pathlib import Path


class JumpHostSshd(RealSshd):
    """A jump host that lets the person in, whose own ssh, in `home`, knows its host key."""

    @property
    def address(self) -> str:
        """What stands for it in a profile."""
        return f"{self.user}@{self.host}:{self.port}"

    def meet(self, home: Path) -> None:
        """Have the person's own ssh know it."""
        known = home / ".ssh/known_hosts"
        known.parent.mkdir(mode=0o700, exist_ok=True)
        with known.open("a") as file:
            file.writelines(f"[{self.host}]:{self.port} {key}\n" for key in self.public_host_keys)

    def admit(self, home: Path, options: str = "") -> str:
        """Let the person in with a key of their own, which is made; returns its fingerprint."""
        key = home / ".ssh/id_ed25519"
        key.parent.mkdir(mode=0o700, exist_ok=True)
        keygen = [programs.require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
        subprocess.run(keygen, check=True)
        self.install(f"{options} {key.with_suffix('.pub').read_text()}".lstrip())
        return fingerprint(key)


def fingerprint(key: Path) -> str:
    """A key's fingerprint, as sshd's log has it."""
    told = subprocess.run([programs.require("ssh-keygen"), "-lf", str(key)], capture_output=True, text=True, check=True)
    return told.stdout.split()[1]
