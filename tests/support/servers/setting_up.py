"""A server before and after its admin has run the setup script, for all that the script has to leave as it was."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.data.trees import tree
from tests.support.servers.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.data.trees import Entry

SCRIPT = "/srv/backup-wizard-setup.sh"
SHELLS = {"dash": ("dash",), "busybox": ("busybox", "sh")}
# What an office may have had before: an account in use, with keys that end without a line's end, and a module.
FOREIGN_KEYS = "# mine\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGLXpIcJgjzkAYFZMHxNPmnBTq3H6mEBwcy8XIPgLBN/ laptop"
FOREIGN_SETTINGS = "# kept by hand\nmax connections = 4\n\n[photos] ; ours\n    path = /srv/photos\n    read only = yes"


# As on an ordinary server, which has to be told of an account before it takes no password for it.
SSHD_USUAL = ("Include /etc/ssh/sshd_config.d/*.conf", "PasswordAuthentication yes", "PidFile /var/lib/sshd.pid")
_OF_TOOLS = re.compile(r"/etc/((passwd|shadow|group|gshadow|subuid|subgid)-|\.pwd\.lock)")
_LISTENING = "Server listening on"


class SetUpOffice(Office):
    """An office whose sshd the script finds at its usual place."""

    def __init__(self, place: Path, shell: str | None = "/bin/sh", *, own_root: bool = False) -> None:
        super().__init__(place, shell, own_root=own_root)
        self._known: dict[tuple[str, int, int], Entry] = {}

    def start_sshd(self, *settings: str) -> None:
        """Start it, with the settings where sshd looks for them by itself."""
        super().start_sshd(*settings, *SSHD_USUAL)
        self.run("cp", "/etc/backup-wizard-test-sshd", "/etc/ssh/sshd_config")

    def cover(self, folder: str) -> None:
        """Have another folder's changes go with the office too."""
        upper, changes = f"{self._place}/upper{folder}", f"{self._place}/work{folder}"
        self.run("mkdir", "-p", upper, changes)
        options = f"lowerdir={folder},upperdir={upper},workdir={changes}"
        self.run("mount", "-t", "overlay", "overlay", "-o", options, folder)

    def live_in(self) -> None:
        """Make what was there before."""
        self.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "amanda")
        self.authorize(FOREIGN_KEYS)
        self.path("/home/amanda/.ssh/authorized_keys").chmod(0o640)
        self.put("/etc/rsyncd.conf", FOREIGN_SETTINGS, mode=0o644)

    def script(self, option: str = "", *, shell: str = "dash", said: str = "", path: str = "") -> Ended:
        """Run the script as root; `said` is what it may read."""
        program, *rest = SHELLS[shell]
        argv = [programs.require(program), *rest, SCRIPT, *option.split()]
        environment = os.environ | ({"PATH": f"{path}:{os.environ['PATH']}"} if path else {})
        starts = self.log().count(_LISTENING)
        ran = subprocess.run(self.inside(*argv), input=said, capture_output=True, text=True, env=environment)
        ended = Ended(ran.returncode, ran.stdout, ran.stderr)
        if option != "--check" and any("kill -HUP" in change for change in ended.changes):
            self.wait_until_logged(_LISTENING, starts + 1)
        return ended

    def snapshot(self) -> dict[str, Entry]:
        """All of /etc, of the homes and of what else the script may touch, but for the times of folders."""
        found: dict[str, Entry] = {}
        for top in ("/etc", "/home", "/srv", "/usr/local/bin", "/var/lib/backup-wizard", "/var/mail"):
            if self.path(top).exists():
                entries = {
                    os.path.normpath(f"{top}/{name}"): entry
                    for name, entry in tree(self.path(top), self._known).items()
                }
                found |= {
                    path: replace(entry, modified_ns=0) if entry.kind == "d" else entry
                    for path, entry in entries.items()
                }
        return found

    def standing(self) -> dict[str, Entry]:
        """The same, but for times and what useradd and userdel leave: the copies and the locks of their files."""
        return {
            path: replace(entry, modified_ns=0)
            for path, entry in self.snapshot().items()
            if not _OF_TOOLS.fullmatch(path)
        }


class Ended:
    """How a run of the script ended."""

    def __init__(self, exit_code: int, stdout: str, stderr: str) -> None:
        self.exit_code, self.stdout, self.stderr = exit_code, stdout, stderr

    @property
    def changes(self) -> list[str]:
        """The changes that it spoke of."""
        return re.findall(r"^  \+ (.*)$", self.stdout, re.MULTILINE)


def install(office: Office, text: str) -> None:
    """Put the script on the server."""
    office.put(SCRIPT, text)


def place(folder: Path) -> Path:
    """A place for an office."""
    folder = folder / "office"
    folder.mkdir()
    return folder
