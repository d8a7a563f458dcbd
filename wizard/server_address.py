"""What people type for a server: its name alone, or one of ssh's ways to write the port and the username with it.

And what a profile says of a jump host, through which a server is reached, and where the person signs in with their own
key.
"""

from __future__ import annotations

import re
import shlex
from urllib.parse import unquote

import msgspec

from wizard import rules
from wizard.text.language import _

_URL = re.compile(r"(?:ssh|sftp)://(?P<address>[^/]*)/?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\[(?P<host>[^\[\]]*)\](?::(?P<port>[^:]*))?")
_WITH_PORT = re.compile(r"(?P<host>[^:]*):(?P<port>[^:]*)")


class ServerAddress(msgspec.Struct, frozen=True):
    """A server's name, and the port and username that were typed with it; they are empty where none was."""

    host: str
    port: str = ""
    user: str = ""

    @property
    def may_have_password(self) -> bool:
        """Whether a password was typed with the username, or may be about to be: `amanda:secret`, without the @ yet."""
        return ":" in self.user or not (self.port or "0").isdigit()

    @property
    def complaint(self) -> str | None:
        """Why it can't be taken, if it can't."""
        if ":" in self.user:
            return _("Type only the username before the @, without a password.")
        if self.port and not self.port.isdigit():
            return rules.host(f"{self.host}/{self.port}")  # as for scp: a folder after the colon
        return (
            rules.host(self.host)
            or (rules.port(self.port) if self.port else None)
            or (rules.user(self.user) if self.user else None)
        )


def understood(typed: str) -> ServerAddress:
    """The parts of what was typed: `host`, `[::1]`, `host:2222`, `amanda@host` or `ssh://amanda@host:2222/`."""
    url = _URL.fullmatch(typed)
    user, _at, place = (url["address"] if url else typed).rpartition("@")
    parts = _IN_BRACKETS.fullmatch(place) or _WITH_PORT.fullmatch(place)
    host, port = (parts["host"], parts["port"] or "") if parts else (place, "")
    return ServerAddress(host, port, unquote(user) if url else user)


def complaint(typed: str) -> str | None:
    """The rule for what a person types."""
    return understood(typed).complaint


def complaint_in_file(value: str) -> str | None:
    """The rule for a profile, where the port and the username have settings of their own."""
    parts = understood(value)
    if value == parts.host or parts.complaint:
        return rules.host(value)
    return _("Each part has a setting of its own. Write instead: {settings}.").format(settings=in_file(parts))


def in_file(parts: ServerAddress, jump: str = "") -> str:
    """The same as a profile says it, each part by itself; what is empty is left out."""
    settings = [f'host = "{parts.host}"']
    settings += [f"port = {parts.port}"] if parts.port else []
    settings += [f"user = '{parts.user}'"] if parts.user else []
    settings += [f"jump = '{jump}'"] if jump else []
    return ", ".join(settings)


class JumpHost(msgspec.Struct, frozen=True):
    """The person's account on a jump host, its name and the port of its ssh."""

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
        return shlex.join(["ssh", "-F", "none", *port, f"{self.user}@{self.host}"])


def jump_host(text: str) -> JumpHost:
    """The parts of a jump host's `user@host[:port]`, of which there is no complaint."""
    parts = understood(text)
    return JumpHost(parts.user, parts.host, int(parts.port or 22))


def jump_complaint(text: str) -> str | None:
    """Why that can't be a jump host, if it can't; a shell reads it, and could take none that can for anything else."""
    parts = understood(text)
    if "," in text:
        return _("backup-wizard can go through one jump host only, not several.")
    if "://" in text or not parts.user:
        return _("Write the jump host as user@host or user@host:port, for example amanda@gate.example.lan.")
    return parts.complaint


def needs_ssh() -> str:
    """Why rsync's own service can't be used through a jump host."""
    return _("rsync's own service can't be reached through a jump host. Use ssh, or no jump host.")
