"""A walk that has come to the server: a real sshd, a key that it may not know yet, and what runs towards it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import processes
from tests.support.data.profiles import towards
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files, protected_key
from wizard.schemes.facts import ServerFacts
from wizard.server import exports

if TYPE_CHECKING:
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


@dataclass(frozen=True)
class Place:
    """The profile as the walk has it, and the server."""

    profile: Profile
    sshd: RealSshd
    facts: ServerFacts

    @property
    def backup(self) -> Path:
        """Where the backup lands."""
        return Path(self.profile.destination)

    def text(self, format_name: str = "authorized-keys", profile: Profile | None = None) -> str:
        """What the admin is given."""
        profile = profile or self.profile
        return exports.export(profile, access.facts(profile), format_name, self.facts)

    def let_in(self, line: str = "") -> None:
        """Do the admin's part; or put another line in place of what the admin was given."""
        self.sshd.authorized_keys.write_text(line or self.text())

    def shut_out(self) -> None:
        """Take the key away again."""
        self.sshd.authorized_keys.write_text("")

    def weakened(self) -> str:
        """The key without its lock."""
        return f"{key_files.public_line(self.profile.key_path)}\n"

    def stalled(self) -> str:
        """A lock behind which nothing ever comes."""
        return f'restrict,command="exec sleep 600" {key_files.public_line(self.profile.key_path)}\n'


def arrive(sshd: RealSshd, *folders: Path) -> Place:
    """A walk with a key, a confirmed server and its folder."""
    profile = towards(sshd, folders=tuple(map(str, folders)), exclude=("*.tmp",))
    protected_key.ensure(profile)
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])
    Path(profile.destination).mkdir(mode=0o700, parents=True)
    return Place(profile, sshd, ServerFacts())


def clients() -> list[str]:
    """The ssh and rsync programs that the wizard runs now."""
    return [name for pid in processes.descendants(os.getpid()) if (name := _program(pid)) in {"ssh", "rsync"}]


async def none_left() -> None:
    """Wait until none of them runs any more; the test's own time limit ends a wait in vain."""
    while clients():
        await asyncio.sleep(0.01)


def _program(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    name = Path(os.fsdecode(command[0])).name
    # The server's own rsync is a descendant of this process as well, through the sshd that the test has started.
    return "" if name == "rsync" and b"--server" in command else name
