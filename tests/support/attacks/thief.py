"""Whoever has stolen the backup's key, with ssh and rsync of their own: each attack says whether it got through."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
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
_EVIL = f"/home/{NEIGHBOUR}/evil.txt"
_NOTES = "/home/notes"
_BANNER = b"an inner service\n"
_MOST_SECONDS = 10

# The account's shell, which takes down what a session was given.
_NOTING_SHELL = f"""\
#!/bin/sh
echo "terminal=$SSH_TTY agent=$SSH_AUTH_SOCK" >> {_NOTES}/sessions
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
        self._run(["rsync", "-aRW", *delete, f"--rsh={' '.join(self._ssh())}", *words])

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
        evil = self.office.path(_EVIL)
        found = evil.exists()
        evil.unlink(missing_ok=True)
        return found

    def noted(self, words: str) -> bool:
        """Whether a session was given that."""
        notes = self.office.path(f"{_NOTES}/sessions")
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
    office.run("install", "-d", "-m", "777", _NOTES)
    office.put("/etc/noting-shell", _NOTING_SHELL, mode=0o755)
    office.run("usermod", "-s", "/etc/noting-shell", ACCOUNT)
    office.authorize("")
    office.put(f"/home/{ACCOUNT}/.ssh/rc", f"touch {_NOTES}/rc-ran\n", owner=ACCOUNT)


def a_shell(thief: Thief) -> bool:
    return "585987" in thief.ssh("-T", stdin="expr 271828 + 314159\n").stdout


def a_command(thief: Thief) -> bool:
    return "uid=" in thief.ssh(request="id").stdout


def a_terminal(thief: Thief) -> bool:
    thief.ssh("-tt", request="true", stdin="\x04", seconds=3)
    return thief.noted("terminal=/dev/")


def the_agent(thief: Thief) -> bool:
    thief.ssh("-A", "-S", "none", request="true")
    return thief.noted("agent=/")


def a_start_up_file(thief: Thief) -> bool:
    thief.ssh(request="true")
    return thief.office.path(f"{_NOTES}/rc-ran").exists()


def a_tunnel_out(thief: Thief) -> bool:
    with _inner_service() as port:
        return _BANNER.decode() in thief.ssh(f"-W{HOST}:{port}").stdout


def a_tunnel_in(thief: Thief) -> bool:
    with _inner_service() as port, _way_in(thief, f"0:{HOST}:{port}", "Allocated port") as said:
        allocated = re.search(r"Allocated port (\d+)", said)
        if not allocated:
            return False
        with socket.create_connection((HOST, int(allocated[1]))) as opened:
            return opened.makefile("rb").readline() == _BANNER


def a_tunnel_to_a_socket(thief: Thief) -> bool:
    place = f"{_NOTES}/socket"
    with _inner_service() as port, _way_in(thief, f"{place}:{HOST}:{port}", "remote forward success"):
        return thief.office.path(place).exists()


def sftp(thief: Thief) -> bool:
    batch = f"get /etc/passwd {thief.bag('passwd')}\nput {thief.tool('evil.txt')} {_EVIL}\n"
    thief.copy("sftp", "-b", "-", f"{ACCOUNT}@{HOST}", stdin=batch)
    return thief.carried_off("root:") or thief.has_put_outside()


def scp(thief: Thief) -> bool:
    bag = thief.bag("passwd")
    for protocol in ("-s", "-O"):
        thief.copy("scp", protocol, f"{ACCOUNT}@{HOST}:/etc/passwd", f"{bag}{protocol}")
        thief.copy("scp", protocol, thief.tool("evil.txt"), f"{ACCOUNT}@{HOST}:{_EVIL}")
    return thief.carried_off("root:") or thief.has_put_outside()


def reading_back(thief: Thief) -> bool:
    thief.rsync("--timeout=2", f"{thief.backup}{thief.source}/", thief.bag("back/"))
    return thief.carried_off(LETTER)


def reading_elsewhere(thief: Thief) -> bool:
    bag = thief.bag("elsewhere")
    for number, source in enumerate(thief.elsewhere("/etc/passwd")):
        thief.rsync("--timeout=2", source, f"{bag}{number}/")
    return thief.carried_off("root:")


def writing_elsewhere(thief: Thief) -> bool:
    evil = thief.tool("./evil.txt")
    for target in thief.elsewhere(f"/home/{NEIGHBOUR}/"):
        thief.rsync(evil, target)
    return thief.has_put_outside()


def writing_through_a_link(thief: Thief) -> bool:
    (thief.folder / "door").symlink_to(f"/home/{NEIGHBOUR}")
    thief.rsync(f"{thief.folder}/./door", thief.backup)
    thief.rsync(thief.tool("./evil.txt"), f"{thief.backup}door/")
    inner = thief.tool("inner/./door/evil.txt")
    thief.rsync("--no-implied-dirs", inner, thief.backup)
    thief.rsync("--keep-dirlinks", inner, thief.backup)
    return thief.has_put_outside()


def options_that_name_files(thief: Thief) -> bool:
    for number, options in enumerate(
        (
            [],
            ["--backup", f"--backup-dir=/home/{NEIGHBOUR}"],
            [f"-M--log-file={_EVIL}"],
            ["--rsync-path=/bin/sh"],
            [f"--rsync-path=touch {_EVIL}; rsync"],
            [f"--rsync-path=rsync --log-file={_EVIL}"],
        )
    ):
        thief.rsync(*options, thief.tool("./evil.txt", f"{number}" * number), thief.backup)
    return thief.has_put_outside()


def words_that_a_shell_reads(thief: Thief) -> bool:
    own = f"rsync --server {thief.flags}"
    for request in (
        f"{own} . ; touch {_EVIL}",
        f"{own} $(touch {_EVIL}) --log-file={_EVIL} --sender . /",
        f"rsync --server -n; touch {_EVIL}",
        f"rsync --server -e.x --log-file={_EVIL} . .",
        f'rsync --server -n" ; touch {_EVIL} ; "',
        f"rsync --server -n$(touch {_EVIL})`touch {_EVIL}` . $(touch {_EVIL})",
        f"rsync --server -n\ntouch {_EVIL}\n",
        f"rsync --server --daemon --config=/dev/null --log-file={_EVIL} .",
    ):
        thief.ssh(request=request)
    return thief.has_put_outside()


def deleting(thief: Thief) -> bool:
    nothing = thief.folder / "nothing"
    (nothing / thief.source).mkdir(parents=True)
    for options in (["--delete"], ["--delete-after", "--delete-excluded"], ["-M--delete-before"]):
        thief.rsync(*options, f"{nothing}/./{thief.source}/", thief.backup)
    thief.rsync("--delete-missing-args", f"{nothing}/./{thief.source}/letter.txt", thief.backup)
    return not thief.letter.exists()


def putting_a_file_in_a_folders_place(thief: Thief) -> bool:
    file = thief.tool(f"instead/./{thief.source}")
    for options in (["--force"], []):
        thief.rsync(*options, file, thief.backup)
    return not thief.letter.exists()


def overwriting(thief: Thief) -> bool:
    for number, options in enumerate((["--inplace"], ["--append"], ["--backup"], ["-M--existing"], [])):
        file = thief.tool(f"over/./{thief.source}/letter.txt", f"{number}" * 50 * (number + 1))
        thief.rsync(*options, file, thief.backup)
    return thief.letter.read_text() != LETTER


Attack = Callable[[Thief], bool]
SSH_DOORS: tuple[Attack, ...] = (
    a_terminal,
    the_agent,
    a_start_up_file,
    a_tunnel_out,
    a_tunnel_in,
    a_tunnel_to_a_socket,
)
DOORS: tuple[Attack, ...] = (
    *SSH_DOORS,
    a_shell,
    a_command,
    sftp,
    scp,
    reading_elsewhere,
    writing_elsewhere,
    writing_through_a_link,
    options_that_name_files,
    words_that_a_shell_reads,
)


def succeeding(thief: Thief, attacks: tuple[Attack, ...]) -> set[Attack]:
    """The attacks that got through."""
    return {attack for attack in attacks if attack(thief)}


@contextlib.contextmanager
def _way_in(thief: Thief, what: str, granted: str) -> Iterator[str]:
    """Ask for a way in, and tell what ssh said up to the answer."""
    asking = thief.start_ssh("-N", "-v", "-R", what)
    try:
        assert asking.stderr
        said = ""
        for line in asking.stderr:
            said += line
            if granted in line or "forwarding failed" in line:
                break
        yield said
    finally:
        processes.end(asking)


@contextlib.contextmanager
def _inner_service() -> Iterator[int]:
    """Something on the server's own network, which says a word to whoever reaches it."""
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _greet(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(_BANNER)
