"""What the person's own ssh settings say of a name, as ssh itself reads them.

It is offered to the person, and nothing of it is used unasked: every connection of ours reads no settings (`-F none`).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec

from wizard import rules

_SECONDS = 5


class Known(msgspec.Struct, frozen=True):
    """What a name stands for in ssh's settings; `through` is the host that it is reached through, or a command."""

    host: str
    port: str
    user: str
    through: str = ""


def known(name: str) -> Known | None:
    """What the name stands for, if it is anything else than for an ssh without settings."""
    file = Path("~/.ssh/config").expanduser()
    if rules.host(name) or not _is_read_by_ssh(file):
        return None
    with_settings, without = _asked(name, str(file)), _asked(name, "none")
    if with_settings is None or without is None or with_settings == without:
        return None
    host = with_settings.host if with_settings.host != without.host else name
    if rules.host(host) or rules.port(with_settings.port) or rules.user(with_settings.user):
        return None
    return msgspec.structs.replace(with_settings, host=host)


def _is_read_by_ssh(file: Path) -> bool:
    """Whether ssh would read it by itself: it does not if others can write in it."""
    try:
        found = file.stat()
    except OSError:
        return False
    return found.st_uid in {0, os.getuid()} and not found.st_mode & 0o022


def _asked(name: str, settings: str) -> Known | None:
    try:
        ran = subprocess.run(
            ["ssh", "-F", settings, "-G", "--", name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = dict(line.partition(" ")[::2] for line in ran.stdout.decode(errors="replace").splitlines())
    through = (said.get(setting, "none") for setting in ("proxyjump", "proxycommand"))
    return Known(
        host=said.get("hostname", ""),
        port=said.get("port", ""),
        user=said.get("user", ""),
        through=next((one for one in through if one != "none"), ""),
    )
