"""What people type for a server: its name alone, or one of ssh's ways to write the port and the username with it."""

from __future__ import annotations

import re
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
    settings = [f'host = "{parts.host}"']
    settings += [f"port = {parts.port}"] if parts.port else []
    settings += [f"user = '{parts.user}'"] if parts.user else []
    return _("Each part has a setting of its own. Write instead: {settings}.").format(settings=", ".join(settings))
