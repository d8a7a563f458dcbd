"""Another system, run from where it is kept: its own sshd on loopback, and all that changes is gone afterwards."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Self

from tests.support import processes, programs
from tests.support.servers.office import HOST, free_port
from tests.support.servers.setting_up import SetUpOffice

# Mounts and processes are in namespaces of their own, which end with their first process.
_ENTER_AND_WAIT = """
set -e
mount -t tmpfs -o mode=755 tmpfs {place}
cd {place}
mkdir upper work root
mount -t overlay overlay -o lowerdir={kept},upperdir=upper,workdir=work root
cd root
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
    touch dev/$name
    mount --bind /dev/$name dev/$name
done
mkdir dev/pts dev/shm run/sshd
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
# Before that, its root is still the machine's own, whose files would be written.
exec chroot . sh -c 'echo ready; exec cat'
"""
_ENVIRONMENT = ("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root")


class System(SetUpOffice):
    """A system with nobody on it yet, and with the settings that it came with but for the port."""

    def __init__(self, kept: Path, place: Path) -> None:
        super().__init__(place, None)
        self._kept = kept
        self._first = 0

    def __enter__(self) -> Self:
        script = _ENTER_AND_WAIT.format(place=shlex.quote(str(self._place)), kept=shlex.quote(str(self._kept)))
        alone = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
        until_then = [programs.require("setpriv"), "--pdeathsig", "KILL"]  # the tests are killed
        argv = [*until_then, programs.require("unshare"), *alone, "sh", "-c", script]
        self._holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._open.callback(processes.end, self._holder)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == "ready\n"
        (self._first,) = processes.descendants(self._holder.pid)
        return self

    @property
    def host_key(self) -> list[str]:
        """The host key's type and base64."""
        return self.path("/etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2]

    @property
    def fingerprint(self) -> str:
        """The host key's, as OpenSSH prints it."""
        return self.run("ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub").split()[1]

    def path(self, path: str) -> Path:
        """A path on the system, as seen from the test."""
        return Path(f"/proc/{self._first}/root{path}")

    def inside(self, *argv: str) -> list[str]:
        """What runs a command on the system."""
        enter = ["--target", str(self._first), "--mount", "--pid", "--root", "--wd"]
        return [programs.require("nsenter"), *enter, *_ENVIRONMENT, *argv]

    @property
    def sshd_version(self) -> tuple[int, int]:
        """OpenSSH's, as its package has it."""
        package = self.run("dpkg-query", "--show", "--showformat", "${Version}", "openssh-server")
        major, minor = re.findall(r":(\d+)\.(\d+)p", package)[0]
        return int(major), int(minor)

    def paste(self, commands: str) -> str:
        """Paste commands into a root shell, and return what they say."""
        ended = subprocess.run(self.inside("sh", "-s"), input=commands, capture_output=True, text=True)
        return ended.stdout + ended.stderr

    def start_sshd(self, *settings: str) -> None:
        """Start it as the system has it."""
        self.port = free_port()
        own = re.sub(
            r"^(Port|ListenAddress) .*\n", "", self.path("/etc/ssh/sshd_config").read_text(), flags=re.MULTILINE
        )
        first = "".join(f"{line}\n" for line in (f"Port {self.port}", f"ListenAddress {HOST}", *settings))
        self.put("/etc/ssh/sshd_config", f"{first}{own}", mode=0o644)
        self._start(["/usr/sbin/sshd", "-D", "-e"], "Server listening on")

    def reload_sshd(self) -> None:
        """Have it read its settings anew, once they are seen to be right."""
        self.run("/usr/sbin/sshd", "-t")
        starts = self.log().count("Server listening on")
        self.run("sh", "-c", "kill -HUP $(cat /run/sshd.pid)")
        self.wait_until_logged("Server listening on", starts + 1)
