"""Where each source folder lands inside the backup, so that no two folders share a place."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard.schemes.setup import Directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wizard.profile import Profile


def locked_folder(profile: Profile) -> str:
    """The one computer's own folder on the server, which a key is locked to: absolute, or under the account's home."""
    return profile.destination.rstrip("/")


def own_directory(profile: Profile, reason: str) -> Directory:
    """That folder, closed to all but the account."""
    return Directory(locked_folder(profile), 0o700, reason, place_marker(profile))


def place_marker(profile: Profile) -> str:
    """The name of a file that the server's setup makes in the backup's folder, so that the place is known by it."""
    return f".backup-folder-{profile.name}"


def labels(folders: Sequence[str]) -> dict[str, str]:
    """The place of each folder inside the backup: its last name, or as much more of its path as keeps it apart."""
    placed: dict[str, str] = {}
    for folder in sorted(folders, key=lambda folder: (folder.count("/"), folder)):
        label = next((label for label in _candidates(folder) if _is_free(label, placed.values())), None)
        if label is None:
            return {folder: folder.strip("/") for folder in folders}
        placed[folder] = label
    return {folder: placed[folder] for folder in folders}


def sources(folders: Sequence[str]) -> list[str]:
    """The folders as rsync's --relative takes them: what comes after /./ is the place inside the backup.

    The slash at the end makes rsync follow a folder that is a symbolic link; without it, it would save the link alone.
    """
    return [f"{folder.rstrip('/').removesuffix(label)}./{label}/" for folder, label in labels(folders).items()]


def _candidates(folder: str) -> list[str]:
    parts = PurePosixPath(folder).parts[1:]
    return ["/".join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]


def _is_free(label: str, taken: Iterable[str]) -> bool:
    mine = f"{_folded(label)}/"
    others = [f"{_folded(other)}/" for other in taken]
    return not any(mine.startswith(other) or other.startswith(mine) for other in others)


def _folded(label: str) -> str:
    # Some servers' file systems take names as equal that differ in case or in how accents are written.
    return unicodedata.normalize("NFC", label).casefold()
