"""What a scheme has to be told of this computer and of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

Version = tuple[int, ...]

RRSYNC_OF_DEBIAN_11 = "/usr/share/doc/rsync/scripts/rrsync"
# Where the packages of Linux systems put rrsync, or an admin does by hand; a current Debian's place is the first. The
# key line looks in these folders after the account's PATH (`request_filter`), and so do the setup script (setup.sh has
# the list once more, which a test compares) and whoever signs in with a password.
RRSYNC_PATHS = (
    "/usr/bin/rrsync",
    "/usr/local/bin/rrsync",
    "/usr/lib/rsync/rrsync",
    "/usr/libexec/rsync/rrsync",
    "/usr/share/rsync/scripts/rrsync",
    RRSYNC_OF_DEBIAN_11,
)


# Login shells that are in a backup's way, by the names of their programs. How each answers is in `reaching/shells.py`;
# the setup script and the words of `SERVER_SHELL_BLOCKS` name them too, which a test compares.
BLOCKING_SHELLS = ("false", "nologin", "rbash")
ONE_COMMAND_SHELLS = ("rssh",)
"""They run one plain command, and nothing that a shell would have to read first."""

FIND_RRSYNC = f"PATH=$PATH:{':'.join(path.removesuffix('/rrsync') for path in RRSYNC_PATHS)}; command -v rrsync"
"""For /bin/sh: prints where rrsync is. It changes PATH, so it belongs in a subshell."""


class Recorded(msgspec.Struct, frozen=True):
    """What this computer's rsync asks an ssh server to run, as recorded: for a backup, and for its dry run."""

    live: tuple[str, ...]
    dry: tuple[str, ...]


class ClientFacts(msgspec.Struct, frozen=True):
    """What had to be learnt on this computer before a command can be written.

    `remote_shell` stands in for ssh while rsync's command is recorded; `timeout` is how many seconds a server may
    take to answer, and three times that a connection may say nothing. The versions are as printed, and empty where
    nobody could tell. `connection` is the socket of one that is open already, for ssh to use. `jump_log` is a file for
    what the ssh to a jump host says, where ssh would drop it.
    """

    known_hosts: Path
    rsync: str = "rsync"
    ssh: str = "ssh"
    public_key: str = ""
    openrsync: bool = False
    remote_shell: str = ""
    recorded: Recorded | None = None
    timeout: int = 15
    rsync_version: str = ""
    openssh_version: str = ""
    connection: Path | None = None
    jump_log: Path | None = None


class ServerFacts(msgspec.Struct, frozen=True):
    """What is known of the server; `None` and an empty text are what nobody could tell yet.

    `rrsync` is the path of a current Debian's until it is known better, and empty where there is none. `daemon_port`
    and `ssh_port` are where they answered, or 0. A `dropbear_version` is empty where only the name was told. `let_in`
    is which way in has worked once, and `locked_out` when the admin has shut one, and which (`server.kept_facts`).
    `key_types` are the ways to sign that the server takes, as far as it named them. `room` is how many bytes the
    account could still write in its folder when that was told, which was at `room_seen`, in seconds. `versions_of` is
    the account and the folder of which a receipt named older versions.
    """

    rrsync: str = RRSYNC_PATHS[0]
    rsync_version: Version | None = None
    openssh_version: Version | None = None
    dropbear_version: Version | None = None
    shell: str = ""
    ssh_open: bool | None = None
    daemon_open: bool | None = None
    ssh_port: int = 0
    daemon_port: int = 0
    let_in: str = ""
    locked_out: str = ""
    key_types: tuple[str, ...] = ()
    room: int | None = None
    room_seen: float = 0.0
    versions_of: str = ""

    def shell_is(self, *names: str) -> bool:
        """Whether the account's login shell is known to be one of those."""
        return self.shell.rsplit("/", 1)[-1] in names
