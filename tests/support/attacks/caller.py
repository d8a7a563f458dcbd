"""Whoever calls the server's rsync daemon, with a password or without: each attack says whether it got through."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.attacks.thief import LETTER, NEIGHBOUR
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.placing import root_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

_FOREIGN = f"/home/{NEIGHBOUR}"

# A module of somebody else's, in front of ours.
FOREIGN_MODULE = f"""\
[{NEIGHBOUR}]
    path = {_FOREIGN}
    uid = {NEIGHBOUR}
    read only = false
    auth users = {NEIGHBOUR}
    secrets file = /etc/rsyncd-{NEIGHBOUR}.secrets

"""


class Caller:
    """Knows the backup's password, and works in a folder of their own."""

    def __init__(self, office: Office, profile: Profile, password: Secret | None, folder: Path) -> None:
        self.office = office
        self.profile = profile
        self.password = password.reveal() if password else ""
        self.folder = folder
        self.source = profile.folders[0].rpartition("/")[2]
        self.place = f"{root_of(profile)}/{profile.name}"
        self.letter = office.path(f"{self.place}/{self.source}/letter.txt")
        self._number = 0

    def rsync(self, *words: str, user: str = ACCOUNT, password: str | None = None) -> str:
        """Plain rsync, with paths of the daemon's for words that begin with two colons."""
        known = (self.password if password is None else password).encode() + b"\n"
        place = f"{user}@{HOST}" if user else HOST
        called = [f"{place}{word}" if word.startswith("::") else word for word in words]
        argv = ["rsync", "-aHR", f"--port={self.office.daemon_port}", "--password-file=-", *called]
        return subprocess.run(argv, input=known, capture_output=True, timeout=10).stdout.decode()

    def puts(self, target: str, folder: str, *options: str, user: str = ACCOUNT, password: str | None = None) -> bool:
        """Whether a new file that is sent to a target gets into a folder of the server."""
        self._number += 1
        name = f"evil{self._number}.txt"
        self.rsync(*options, self.tool(f"./{name}"), target, user=user, password=password)
        return self.office.path(f"{folder}/{name}").exists()

    def tool(self, path: str, text: str = "put here by a thief") -> str:
        """A file of the caller's; what comes after /./ in its path is what the server is told."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return f"{self.folder}/{path}"

    def gets(self, source: str, words: str) -> bool:
        """Whether a source can be read, and holds those words."""
        self._number += 1
        bag = self.folder / f"bag{self._number}"
        self.rsync(source, f"{bag}/")
        return any(words in file.read_text() for file in bag.rglob("*") if file.is_file())

    @property
    def backup(self) -> str:
        """The backup itself."""
        return f"::{ACCOUNT}/{self.profile.name}/"


def without_password(caller: Caller) -> bool:
    return any(caller.puts(caller.backup, caller.place, user=user, password="") for user in ("", ACCOUNT))


def with_a_wrong_password(caller: Caller) -> bool:
    return caller.puts(caller.backup, caller.place, password="wrong") or caller.puts(
        caller.backup, caller.place, user="root"
    )


def a_list(caller: Caller) -> bool:
    return ACCOUNT in caller.rsync("::")


def anothers_module(caller: Caller) -> bool:
    return any(caller.puts(f"::{NEIGHBOUR}/", _FOREIGN, user=user) for user in (ACCOUNT, NEIGHBOUR))


def reading_back(caller: Caller) -> bool:
    return caller.gets(f"{caller.backup}{caller.source}/", LETTER)


def reading_elsewhere(caller: Caller) -> bool:
    paths = ("/etc/passwd", "../../../etc/passwd", "amamac/../../../../etc/passwd")
    return any(caller.gets(f"::{ACCOUNT}/{path}", "root:") for path in paths)


def writing_elsewhere(caller: Caller) -> bool:
    paths = (_FOREIGN, f"../../..{_FOREIGN}", f"amamac/../../../..{_FOREIGN}")
    return any(caller.puts(f"::{ACCOUNT}/{path}/", _FOREIGN) for path in paths)


def writing_through_a_link(caller: Caller) -> bool:
    (caller.folder / "door").symlink_to(_FOREIGN)
    inner = caller.tool("inner/./door/inner.txt")
    for backup in (caller.backup, f"::{ACCOUNT}{caller.place}/"):
        caller.rsync(f"{caller.folder}/./door", backup)
        caller.rsync("--no-implied-dirs", inner, backup)
        caller.rsync("--keep-dirlinks", inner, backup)
        if caller.puts(f"{backup}door/", _FOREIGN) or caller.office.path(f"{_FOREIGN}/inner.txt").exists():
            return True
    return False


def overwriting(caller: Caller) -> bool:
    caller.rsync(caller.tool(f"over/./{caller.source}/letter.txt"), caller.backup)
    return caller.letter.read_text() != LETTER


def deleting(caller: Caller) -> bool:
    nothing = caller.folder / "nothing"
    (nothing / caller.source).mkdir(parents=True)
    caller.rsync("--delete", f"{nothing}/./{caller.source}/", caller.backup)
    caller.rsync("--delete-missing-args", f"{nothing}/./{caller.source}/letter.txt", caller.backup)
    return not caller.letter.exists()


def putting_a_file_in_a_folders_place(caller: Caller) -> bool:
    caller.rsync("--force", caller.tool(f"instead/./{caller.source}"), caller.backup)
    return not caller.letter.exists()


Attack = Callable[[Caller], bool]
QUICK: tuple[Attack, ...] = (
    without_password,
    with_a_wrong_password,
    a_list,
    anothers_module,
    reading_back,
    writing_elsewhere,
    overwriting,
)
# The daemon takes its time to refuse these.
SLOW: tuple[Attack, ...] = (
    reading_elsewhere,
    writing_through_a_link,
    deleting,
    putting_a_file_in_a_folders_place,
)
