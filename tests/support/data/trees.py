"""A whole folder as a value that two moments can be compared by."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """All of one entry that a backup may not change; `content` is a hash or, of a link, its target."""

    kind: str
    mode: int
    owner: tuple[int, int]
    modified_ns: int
    size: int
    content: str


def tree(folder: Path, known: dict[tuple[str, int, int], Entry] | None = None) -> dict[str, Entry]:
    """Every entry under the folder, and the folder itself as `.`, by its path in it.

    `known` keeps what was read for the next time, as long as a file's inode and time of change stay.
    """
    known = {} if known is None else known
    found = {".": _entry(folder, known)}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(parent, name)
            found[str(path.relative_to(folder))] = _entry(path, known)
    return found


def _entry(path: Path, known: dict[tuple[str, int, int], Entry]) -> Entry:
    status = path.lstat()
    key = (str(path), status.st_ino, status.st_ctime_ns)
    if key not in known or stat.S_ISDIR(status.st_mode):
        known[key] = _read(path, status)
    return known[key]


def _read(path: Path, status: os.stat_result) -> Entry:
    kind, content = stat.filemode(status.st_mode)[0], ""
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
    owner = (status.st_uid, status.st_gid)
    return Entry(kind, stat.S_IMODE(status.st_mode), owner, status.st_mtime_ns, size, content)


def make_too_deep(folder: Path) -> None:
    """Make folders in each other until their path is longer than rsync can take, as root can read all else."""
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(21):
        os.mkdir("d" * 200, dir_fd=inner)
        outer, inner = inner, os.open("d" * 200, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
