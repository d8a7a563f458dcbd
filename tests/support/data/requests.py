"""Requests as users' wizards save them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from wizard.client.request import Command, Request, dumps
from wizard.profile import SchemeSettings, Server

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import SchemeKind

COMMAND = Command(
    live=("rsync", "--server", "-lHogDtprRe.iLsfxCIvu", "--log-format=%i", "--stats", ".", "backup/amamac/"),
    dry=("rsync", "--server", "-nlHogDtprRe.iLsfxCIvu", "--log-format=%i", "--stats", ".", "backup/amamac/"),
)


def public_key(number: int = 0, comment: str = "backup-wizard-amamac") -> str:
    """A public key's line, another one for each number; nobody has its private half."""
    type = b"ssh-ed25519"
    blob = len(type).to_bytes(4) + type + (32).to_bytes(4) + number.to_bytes(32)
    return f"{type.decode()} {base64.b64encode(blob).decode()} {comment}"


def rsa_key(bits: int) -> str:
    """The line of an RSA key of so many bits, by which nothing was ever signed."""
    parts = (b"ssh-rsa", b"\1\0\1", b"\0" + (1 << bits - 1).to_bytes(bits // 8 + 1).lstrip(b"\0"))
    blob = b"".join(len(part).to_bytes(4) + part for part in parts)
    return f"ssh-rsa {base64.b64encode(blob).decode()} old"


def a_request(kind: SchemeKind = "rrsync", **changes: Any) -> Request:
    """A request for one of the schemes, with some of it changed."""
    uses_ssh, records = kind != "daemon", kind == "forced-command"
    asked = Request(
        name="amamac",
        public_key=public_key() if uses_ssh else "",
        server=Server(host="files.example.lan", user="amanda", root="backup" if uses_ssh else "/srv/backup"),
        scheme=SchemeSettings(kind=kind),
        command=COMMAND if records else None,
    )
    return msgspec.structs.replace(asked, **changes)


def saved(request: Request, folder: Path) -> Path:
    """The request's file, whatever is wrong with it."""
    path = folder / f"{request.name}.toml"
    path.write_text(dumps(request))
    return path
