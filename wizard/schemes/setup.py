"""What a server has to have for a backup, as plain data."""

from __future__ import annotations

import msgspec


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
    """A folder the server needs; `path` is absolute or under the account's home, `mode` the bits that chmod sets.

    `marker` is the name of an empty file to make in it, by which a later check knows the place.
    """

    path: str
    mode: int
    reason: str
    marker: str = ""


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
    """Modules and the file they stand in, a full path; a `private` file is for one account's key and all theirs."""

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

    @property
    def domain(self) -> str:
        """The Windows domain that the account is one of, or none: the server doesn't make such accounts itself."""
        return domain_of(self.account)


def domain_of(account: str) -> str:
    """The domain of `DOMAIN\\user`, or none."""
    return account.rpartition("\\")[0]


def in_paths(account: str) -> str:
    """The account as it stands in the names of our files, where a shell could take a backslash for its own."""
    return account.replace("\\", "=")
