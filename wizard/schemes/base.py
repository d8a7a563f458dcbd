"""What every scheme answers, and the plain data it answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile, SchemeKind


Version = tuple[int, ...]

# The settings of a profile's scheme that not every scheme has; they are named as there.
Restriction = Literal["write_only", "allow_delete", "append_only", "munge", "auth", "module"]


class Recorded(msgspec.Struct, frozen=True):
    """What this computer's rsync asks an ssh server to run, as recorded: for a backup, and for its dry run."""

    live: tuple[str, ...]
    dry: tuple[str, ...]


class ClientFacts(msgspec.Struct, frozen=True):
    """What had to be learnt on this computer before a command can be written.

    `remote_shell` stands in for ssh while rsync's command is recorded; `patience` is how many seconds a server may
    take to answer, and three times that a connection may say nothing. The versions are as printed, and empty where
    nobody could tell. `connection` is the socket of one that is open already, for ssh to use.
    """

    known_hosts: Path
    rsync: str = "rsync"
    ssh: str = "ssh"
    public_key: str = ""
    openrsync: bool = False
    remote_shell: str = ""
    recorded: Recorded | None = None
    patience: int = 15
    rsync_version: str = ""
    openssh_version: str = ""
    connection: Path | None = None


class ServerFacts(msgspec.Struct, frozen=True):
    """What is known of the server; `None` and an empty text are what nobody could tell yet.

    `rrsync` is the path of a current Debian's until it is known better, and empty where there is none. `daemon_port`
    and `ssh_port` are where they answered, or 0.
    """

    rrsync: str = "/usr/bin/rrsync"
    rsync_version: Version | None = None
    openssh_version: Version | None = None
    shell: str = ""
    ssh_open: bool | None = None
    daemon_open: bool | None = None
    ssh_port: int = 0
    daemon_port: int = 0

    def shell_is(self, *names: str) -> bool:
        """Whether the account's login shell is known to be one of those."""
        return self.shell.rsplit("/", 1)[-1] in names


class Fit(msgspec.Struct, frozen=True):
    """Whether a scheme can work; `reason` says why not, or what to think of first."""

    possible: bool
    reason: str = ""

    @classmethod
    def yes(cls) -> Fit:
        """It can, without a but."""
        return cls(possible=True)

    @classmethod
    def warn(cls, reason: str) -> Fit:
        """It can, but."""
        return cls(possible=True, reason=reason)

    @classmethod
    def no(cls, reason: str) -> Fit:
        """It can't."""
        return cls(possible=False, reason=reason)


class Option(msgspec.Struct, frozen=True):
    """One option of an authorized_keys line, with the reason for it in words an admin reads."""

    name: str
    reason: str
    value: str | None = None


class KeyLine(msgspec.Struct, frozen=True):
    """One line of authorized_keys; `key` is the public key with its type and comment."""

    options: tuple[Option, ...]
    key: str


class Directory(msgspec.Struct, frozen=True):
    """A folder the server needs; `path` is absolute or under the account's home."""

    path: str
    mode: int
    reason: str


class Setting(msgspec.Struct, frozen=True):
    """One setting of an rsync daemon or of sshd, with the reason for it."""

    name: str
    value: str
    reason: str


class Module(msgspec.Struct, frozen=True):
    """One module of an rsync daemon."""

    name: str
    settings: tuple[Setting, ...]


class DaemonConfig(msgspec.Struct, frozen=True):
    """Modules and the file they stand in; a `private` file, under the account's home, is all theirs."""

    path: str
    modules: tuple[Module, ...]
    private: bool = False


class SecretsFile(msgspec.Struct, frozen=True):
    """A daemon's secrets file for one user; the secret itself is not part of it."""

    path: str
    user: str


class ServerSetup(msgspec.Struct, frozen=True):
    """Everything the server has to have for one backup; `sshd` are the settings that sshd needs for the account."""

    account: str
    directories: tuple[Directory, ...]
    key_lines: tuple[KeyLine, ...] = ()
    daemon: DaemonConfig | None = None
    secrets: SecretsFile | None = None
    sshd: tuple[Setting, ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """A door that has to be shut: `id` names its probe in `wizard.server.locks`.

    `shut_by` are the options of the key line, or the settings of the module or of sshd, that can shut it.
    """

    id: str
    title: str
    shut_by: tuple[str, ...] = ()


NEEDS_RSYNC = Fit.no("This Mac has Apple's openrsync: install the real one (brew install rsync).")


def lacks(profile: Profile, *restrictions: Restriction) -> Fit | None:
    """Why a scheme without those restrictions can't be taken, if the profile asks for one of them."""
    if profile.scheme.append_only and "append_only" in restrictions:
        return Fit.no("It can't keep files that are there from being changed (append only, under More choices).")
    if profile.scheme.munge and "munge" in restrictions:
        return Fit.no("It can't disarm links (under More choices).")
    return None


def needs_of_ssh(client: ClientFacts, server: ServerFacts) -> Fit:
    """Whether a scheme can work that runs rsync through the account's login shell."""
    if client.openrsync:
        return NEEDS_RSYNC
    if server.ssh_open is False:
        return Fit.no("The server takes no ssh connections.")
    if server.shell_is("false", "nologin"):
        shell = server.shell.rsplit("/", 1)[-1]
        return Fit.no(f"The account's shell ({shell}) blocks rsync too: the admin would have to give it /bin/sh.")
    return Fit.yes()


class Description(msgspec.Struct, frozen=True):
    """A scheme in plain words, for the person who chooses.

    `regret` is what has to be said and agreed to before one is taken that gives much away.
    """

    title: str
    summary: str
    traffic: str
    admin_does: str
    regret: str = ""


class Transfer(msgspec.Struct, frozen=True):
    """What one rsync call is to do.

    `markers` are the files that tell whose backup a destination holds (see `wizard.server.destination`): they go along
    with the folders, or alone. `sample` is a file that names some of the files, each ended by a NUL: they alone are
    looked at, by their content; it asks for more than a line with one command allows. `compress` is what the link and
    the files are worth, where the server leaves it open. Until a first backup `is_first` is whole, no file in it can
    take the place of a better one.
    """

    dry_run: bool
    markers: tuple[Path, ...] = ()
    markers_alone: bool = False
    sample: Path | None = None
    compress: bool = False
    is_first: bool = False


class Scheme(Protocol):
    """One way for the server to let the backup in: pure, it runs nothing and reads nothing.

    `restrictions` are those that it can hold to by choice. A `locks_key` one shuts every other door of its key, and a
    `full_root` one needs the folder on the server written from the first / on.
    """

    kind: ClassVar[SchemeKind]
    description: ClassVar[Description]
    uses_ssh: ClassVar[bool]
    records_command: ClassVar[bool]
    restrictions: ClassVar[frozenset[Restriction]]
    locks_key: ClassVar[bool]
    full_root: ClassVar[bool]

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Whether it can work here and there, and why not."""

    def can_preview(self, server: ServerFacts) -> bool:
        """Whether a dry run changes nothing on that server; where not, none may be started."""

    def if_stolen(self, profile: Profile) -> str:
        """What a thief could do with this computer's key or password, in plain words."""

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """The rsync command that this computer runs."""

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """What the server needs so that it takes that command and nothing else.

        Raises:
            Failure: a fact that the text depends on is not known.
        """

    def watchword(self, profile: Profile, client: ClientFacts) -> str:
        """What the setup in force says to a request that it doesn't take, where dry runs are safe with no other."""

    def must_refuse(self, profile: Profile) -> tuple[Refusal, ...]:
        """The doors that have to be shut once the setup is in place."""
