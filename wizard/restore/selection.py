"""What is read of a backup, as patterns for rsync: they go over the protocol, and change nothing that a server runs."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.keys import key_files
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# rsync takes a backslash for what it is, unless the pattern holds a wildcard.
_WILDCARD = re.compile(r"[*?[]")
_SPECIAL = re.compile(r"[*?[\\]")


def of(wanted: Iterable[str]) -> list[str]:
    """The patterns of these files and folders, with all that is in the folders; paths are as in the backup."""
    found: dict[str, None] = {}
    for path in wanted:
        found |= dict.fromkeys([*_around(path), f"/{_literal(path)}", f"/{_escaped(path)}/***"])
    return list(found)


def inside(folder: str) -> list[str]:
    """The patterns of what is right in a folder; of the backup itself, if the path is empty."""
    return [*_around(folder), f"/{_literal(folder)}/", f"/{_escaped(folder)}/*"] if folder else ["/*"]


def beneath(top: str, path: str) -> list[str]:
    """The patterns of one file or folder, without what is in it, in whatever folders the pattern `top` names."""
    parts = path.split("/")
    return [f"{top}/{_escaped('/'.join(parts[:end]))}" for end in range(1, len(parts) + 1)]


def own_files(folder: Path, place: str) -> list[str]:
    """The patterns of this program's own settings, state and keys, where a folder comes back that holds them.

    What is in a backup of them is another computer's, or older: with it, this one would lock itself out.
    """
    found = []
    keys = [(key_files.usual_folder(), f"/{name}*") for name in (key_files.FOR_BACKUPS, key_files.FOR_READING)]
    for own, more in ((paths.config(), ""), (paths.state(), ""), *keys):
        if own.is_relative_to(folder):
            path = f"{place}/{own.relative_to(folder)}".removesuffix("/.")
            found.append(f"/{_escaped(path)}{more}" if more else f"/{_literal(path)}")
    return found


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
