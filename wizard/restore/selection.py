"""What is read of a backup, as patterns for rsync: they go over the protocol, and change nothing that a server runs."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# rsync takes a backslash for what it is, unless the pattern holds a wildcard.
_WILDCARD = re.compile(r"[*?[]")
_SPECIAL = re.compile(r"[*?[\\]")


def of(paths: Iterable[str]) -> list[str]:
    """The patterns of these files and folders, with all that is in the folders; paths are as in the backup."""
    found: dict[str, None] = {}
    for path in paths:
        found |= dict.fromkeys([*_around(path), f"/{_literal(path)}", f"/{_escaped(path)}/***"])
    return list(found)


def inside(folder: str) -> list[str]:
    """The patterns of what is right in a folder; of the backup itself, if the path is empty."""
    return [*_around(folder), f"/{_literal(folder)}/", f"/{_escaped(folder)}/*"] if folder else ["/*"]


@contextlib.contextmanager
def kept(patterns: Iterable[str]) -> Iterator[Path]:
    """A file of patterns for `Reading.chosen`, for as long as the block lasts."""
    with tempfile.NamedTemporaryFile(prefix="backup-wizard-") as file:
        file.write(b"".join(os.fsencode(pattern) + b"\0" for pattern in patterns))
        file.flush()
        yield Path(file.name)


def _around(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return [f"/{_literal('/'.join(parts[: end + 1]))}/" for end in range(len(parts))]


def _literal(path: str) -> str:
    return _escaped(path) if _WILDCARD.search(path) else path


def _escaped(path: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", path)
