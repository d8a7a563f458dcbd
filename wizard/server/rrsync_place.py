"""Where rrsync lives on this machine: distributions disagree."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from wizard.failure import Failure, Kind

USUAL_FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/rsync",
    "/usr/share/rsync/scripts",
    "/usr/share/doc/rsync/scripts",
)
_LONGEST_FIRST_LINE = 256


def find_rrsync() -> Path:
    """An rrsync that can be run as it is: on the PATH, or where distributions put it.

    Raises:
        Failure: `NO_RRSYNC`, with the files that were found but can't be run.
    """
    unusable = []
    for folder in dict.fromkeys((*os.get_exec_path(), *USUAL_FOLDERS)):
        path = Path(folder).absolute() / "rrsync"
        if path.is_file() and os.access(path, os.X_OK) and _has_interpreter(path):
            return path
        if path.exists():
            unusable.append(str(path))
    raise Failure(Kind.NO_RRSYNC, "rrsync", "\n".join(unusable))


def _has_interpreter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            first_line = file.readline(_LONGEST_FIRST_LINE)
    except OSError:
        return False
    if not first_line.startswith(b"#!"):
        return True
    words = os.fsdecode(first_line[2:]).split()
    if words and Path(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return bool(words) and shutil.which(words[0]) is not None
