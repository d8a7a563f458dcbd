"""What every scheme answers, and the plain data it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile, SchemeKind


@dataclass(frozen=True)
class ClientFacts:
    """What had to be learnt on this computer before a command can be written."""

    known_hosts: Path
    rsync: str = "rsync"
    ssh: str = "ssh"
    public_key: str = ""


@dataclass(frozen=True)
class ServerFacts:
    """What is known of the server; the defaults are a current Debian's."""

    rrsync: str = "/usr/bin/rrsync"


@dataclass(frozen=True)
class Option:
    """One option of an authorized_keys line, with the reason for it in words an admin reads."""

    name: str
    reason: str
    value: str | None = None


@dataclass(frozen=True)
class KeyLine:
    """One line of authorized_keys; `key` is the public key with its type and comment."""

    options: tuple[Option, ...]
    key: str


@dataclass(frozen=True)
class Directory:
    """A folder the server needs; `path` is absolute or under the account's home."""

    path: str
    mode: int
    reason: str


@dataclass(frozen=True)
class ServerSetup:
    """Everything the server has to have for one backup."""

    account: str
    directories: tuple[Directory, ...]
    key_lines: tuple[KeyLine, ...]


@dataclass(frozen=True)
class Refusal:
    """A door that has to be shut: `id` names its probe in `wizard.server.locks`."""

    id: str
    title: str


@dataclass(frozen=True)
class Description:
    """A scheme in plain words, for the person who chooses."""

    title: str
    summary: str
    traffic: str
    stolen_key: str
    admin_does: str


@dataclass(frozen=True)
class Transfer:
    """What one rsync call is to do; `listing` asks for a line an entry.

    `marker` is the file that tells whose backup a destination holds (see `wizard.server.destination`): it goes along
    with the folders, or alone.
    """

    dry_run: bool
    listing: bool = False
    marker: Path | None = None
    marker_alone: bool = False


class Scheme(Protocol):
    """One way for the server to let the backup in: pure, it runs nothing and reads nothing."""

    kind: ClassVar[SchemeKind]
    description: ClassVar[Description]

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """The rsync command that this computer runs."""

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """What the server needs so that it takes that command and nothing else."""

    def must_refuse(self, profile: Profile) -> tuple[Refusal, ...]:
        """The doors that have to be shut once the setup is in place."""
