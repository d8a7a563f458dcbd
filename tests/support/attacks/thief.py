"""Whoever has stolen the backup's key, with ssh and rsync of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support import processes
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.placing import root_of
from wizard.client.rsync import recorder
from wizard.schemes.facts import ClientFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers.office import Office
    from wizard.profile import Profile

NEIGHBOUR = "bob"
LETTER = "Dear Sir or Madam"
EVIL = f"/home/{NEIGHBOUR}/evil.txt"
NOTES = "/home/notes"
_MOST_SECONDS = 10
AS_A_BACKUP = "-aRSW"  # the letters that a recorded command insists on

# The account's shell, which takes down what a session was given.
_NOTING_SHELL = f"""\
#!/bin/sh
echo "terminal=$SSH_TTY agent=$SSH_AUTH_SOCK" >> {NOTES}/sessions
exec /bin/sh "$@"
"""


class Thief:
    """Has the profile's key and works in a folder of their own; what was backed up is a `letter`.

    All attacks share one connection, as they may: what a line allows, it allows to each session by itself.
    """

    def __init__(self, office: Office, profile: Profile, folder: Path) -> None:
        self.office = office
        self.profile = profile
        self.folder = folder
        self.source = profile.folders[0].rpartition("/")[2]
        self.root = root_of(profile)
        self.flags = recorder.record(profile, ClientFacts(Path(os.devnull)), os.environ).live[2]
        self.letter = office.path(f"{self.root}/{profile.name}/{self.source}/letter.txt")

    def __enter__(self) -> Self:
        argv = [*self._ssh(), "-M", "-N", "-oPermitLocalCommand=yes", "-oLocalCommand=echo ready", f"{ACCOUNT}@{HOST}"]
        self._connection = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._connection.stdout
        assert self._connection.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        processes.end(self._connection)

    def ssh(
        self, *options: str, request: str = "", stdin: str = "", seconds: int = _MOST_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Plain ssh, without anything of the wizard's."""
        return self._run([*self._ssh(), *options, f"{ACCOUNT}@{HOST}", *filter(None, [request])], stdin, seconds)

    def start_ssh(self, *options: str) -> subprocess.Popen[str]:
        """The same on a connection of its own, for what doesn't end by itself."""
        argv = [*self._ssh(), "-S", "none", *options, f"{ACCOUNT}@{HOST}"]
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def copy(self, program: str, *words: str, stdin: str = "") -> None:
        """Plain scp or sftp."""
        self._run([program, *self._ssh_options(), "-P", str(self.office.port), *words], stdin)

    def rsync(self, *words: str) -> None:
        """Plain rsync, with the options that a line for our own would take."""
        delete = ["--delete"] if self.profile.delete else []
        self._run(["rsync", AS_A_BACKUP, *delete, f"--rsh={' '.join(self._ssh())}", *words])

    def there(self, path: str) -> str:
        """A path under the backup's own folder, as rsync names it to this server."""
        match self.profile.scheme.kind:
            case "daemon-over-ssh":
                return f"{ACCOUNT}@{HOST}::{ACCOUNT}/{path}"
            case "login":
                return f"{ACCOUNT}@{HOST}:{self.root}/{self.profile.name}/{path}"
            case _:
                return f"{ACCOUNT}@{HOST}:{path}"

    @property
    def backup(self) -> str:
        """The backup itself, as rsync names it to this server."""
        return self.there("")

    def elsewhere(self, path: str) -> Iterator[str]:
        """All ways to name a path of the whole server."""
        yield f"{ACCOUNT}@{HOST}:{path}"
        yield self.there(f"../../../..{path}")
        yield self.there(f"{self.source}/../../../../..{path}")
        yield self.there(path)
        yield self.there("")

    def tool(self, path: str, text: str = "put here by a thief") -> str:
        """A file of the thief's; what comes after /./ in its path is what the server is told."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return f"{self.folder}/{path}"

    def bag(self, name: str) -> str:
        """An empty place for what is carried off."""
        shutil.rmtree(self.folder / "loot", ignore_errors=True)
        (self.folder / "loot").mkdir()
        return f"{self.folder}/loot/{name}"

    def carried_off(self, words: str) -> bool:
        """Whether those words are in the bag."""
        return any(words in file.read_text() for file in (self.folder / "loot").rglob("*") if file.is_file())

    def has_put_outside(self) -> bool:
        """Whether there is a file of the thief's outside; it is taken away again, for the next attack."""
        evil = self.office.path(EVIL)
        found = evil.exists()
        evil.unlink(missing_ok=True)
        return found

    def noted(self, words: str) -> bool:
        """Whether a session was given that."""
        notes = self.office.path(f"{NOTES}/sessions")
        return notes.exists() and words in notes.read_text()

    def _ssh(self) -> list[str]:
        return ["ssh", *self._ssh_options(), "-p", str(self.office.port)]

    def _ssh_options(self) -> list[str]:
        settings = {
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "ExitOnForwardFailure": "yes",
            "ControlPath": f"{self.folder}/connection",
        }
        options = (f"-o{name}={value}" for name, value in settings.items())
        return ["-F", "none", "-i", str(self.profile.key_path), *options]

    def _run(self, argv: list[str], stdin: str = "", seconds: int = _MOST_SECONDS) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["timeout", "--kill-after=1", str(seconds), *argv],
            input=stdin,
            capture_output=True,
            text=True,
            errors="backslashreplace",
        )


def prepare(office: Office) -> None:
    """Give the office a neighbour whose folder is open to all, and the account what takes notes of its sessions."""
    office.run("useradd", "--create-home", "--no-log-init", NEIGHBOUR)
    office.run("chmod", "777", f"/home/{NEIGHBOUR}")
    office.run("install", "-d", "-m", "777", NOTES)
    office.put("/etc/noting-shell", _NOTING_SHELL, mode=0o755)
    office.run("usermod", "-s", "/etc/noting-shell", ACCOUNT)
    office.authorize("")
    office.put(f"/home/{ACCOUNT}/.ssh/rc", f"touch {NOTES}/rc-ran\n", owner=ACCOUNT)
