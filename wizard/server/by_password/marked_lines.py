"""The lines between a backup's marks in a file that holds others' lines too."""

from __future__ import annotations

import re


def put(content: bytes, name: str, block: bytes) -> bytes:
    """The file with this block, marks included, in place of the backup's, or at its end; all else stays as it is."""
    if found := _between(name).search(content):
        return content[: found.start()] + block + without(content[found.end() :], name)
    gap = b"\n" if content and not content.endswith(b"\n") else b""
    return content + gap + block


def start(content: bytes, name: str) -> int | None:
    """Where the backup's lines begin, if there are any."""
    found = _between(name).search(content)
    return found.start() if found else None


def without(content: bytes, name: str) -> bytes:
    """The file without the backup's lines."""
    return _between(name).sub(b"", content)


def _between(name: str) -> re.Pattern[bytes]:
    """From a first mark to its last; where that is missing, what follows is somebody else's and stays."""
    begin, end = (re.escape(f"# backup-wizard {mark} {name}").encode() for mark in ("begin", "end"))
    inside = rb"(?:(?!# backup-wizard (?:begin|end) ).*+\n)*+"
    return re.compile(rb"(?m)^%b\r?\n%b%b\r?(?:\n|\Z)" % (begin, inside, end))
