"""A jump host: the computer through which a server is reached, and where the person signs in with their own key."""

from __future__ import annotations

import shlex

import msgspec

from wizard import rules, server_address
from wizard.text.language import _


class JumpHost(msgspec.Struct, frozen=True):
    """The person's account on it, its name and the port of its ssh."""

    user: str
    host: str
    port: int = 22

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" if self.port == 22 else f"{self.user}@{host}:{self.port}"

    @property
    def by_hand(self) -> str:
        """The command that signs in there as we do, for a person to type: without any settings of theirs."""
        port = [] if self.port == 22 else ["-p", str(self.port)]
        return " ".join(["ssh", "-F", "none", *port, shlex.quote(f"{self.user}@{self.host}")])


def understood(text: str) -> JumpHost:
    """The parts of `user@host[:port]`, which has been seen to be that."""
    parts = server_address.understood(text)
    return JumpHost(parts.user, parts.host, int(parts.port or 22))


def complaint(text: str) -> str | None:
    """Why it can't be a jump host, if it can't: nothing that a shell or ssh could take for anything but a name."""
    parts = server_address.understood(text)
    if "," in text:
        return _("backup-wizard can go through one jump host only, not several.")
    if "://" in text or not parts.user:
        return _("Write the jump host as user@host or user@host:port, for example amanda@gate.example.lan.")
    return parts.complaint


def without_ssh() -> str:
    """Why a scheme that goes straight to rsync's own service can't have one."""
    return _("rsync's own service can't be reached through a jump host. Use ssh, or no jump host.")
