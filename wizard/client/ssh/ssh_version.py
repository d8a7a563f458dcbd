"""Which OpenSSH this computer has."""

from __future__ import annotations

import re
import subprocess

_VERSION = re.compile(r"OpenSSH_(?:for_Windows_)?(?P<version>[0-9][A-Za-z0-9.]{0,20})", re.ASCII)


def as_printed(program: str = "ssh") -> str:
    """The version in a word, such as 9.2p1, or an empty text where it can't be told."""
    try:
        asked = subprocess.run([program, "-V"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search((asked.stderr + asked.stdout).decode(errors="replace"))
    return found["version"] if found else ""
