"""Where each source folder lands inside the backup, and which patterns keep what out of it."""

from __future__ import annotations

import os
import re
import unicodedata
from fnmatch import fnmatchcase
from itertools import chain, count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WILDCARDS = re.compile(r"[*?\[]")
_SPECIAL = re.compile(r"[*?\[\\]")


def labels(folders: Sequence[str], old_home: str = "", used: Mapping[str, str] | None = None) -> dict[str, str]:
    """The place of each folder inside the backup: its last name, or as much more of its path as keeps it apart.

    A folder keeps the place that it has `used`, and no other folder gets that place, even once the folder is off the
    list: the backup still has its files there. Where another computer has made the backup, whose home was `old_home`,
    folders in the home are placed as they were.
    """
    used = without_last_slash(used or {})
    placed = {folder: used[key] for folder in folders if (key := folder.rstrip("/")) in used}
    taken = list(used.values())
    others = {folder: in_old_home(folder, old_home) for folder in folders if folder not in placed}
    for folder, path in sorted(others.items(), key=lambda other: (other[1].count("/"), other[1])):
        candidates = chain(_candidates(path), _numbered(path) if used else ())
        label = next((label for label in candidates if _is_free(label, taken)), None)
        if label is None:
            return {folder: path.strip("/") for folder, path in others.items()}
        placed[folder] = label
        taken.append(label)
    return {folder: placed[folder] for folder in folders}


def without_last_slash(places: Mapping[str, str]) -> dict[str, str]:
    """The places of folders, however their paths are written."""
    return {folder.rstrip("/"): place for folder, place in places.items()}


def in_old_home(folder: str, old_home: str) -> str:
    """Where a folder of this computer's home was in the home of the one that has made the backup."""
    home = os.path.expanduser("~").rstrip("/")  # noqa: PTH111 - as `exclude_pattern` has it
    is_inside = bool(old_home) and f"{folder.rstrip('/')}/".startswith(f"{home}/")
    return old_home.rstrip("/") + folder[len(home) :] if is_inside else folder


def renamed(places: Mapping[str, str]) -> dict[str, str]:
    """The folders whose places are not the last part of their paths, by those places."""
    return {place: folder for folder, place in places.items() if not folder.rstrip("/").endswith(f"/{place}")}


def sources(places: Mapping[str, str], links: str = "") -> list[str]:
    """The folders as rsync's --relative takes them: what comes after /./ is the place inside the backup.

    In the folder `links`, those that are `renamed` have their places as their paths (`client/folders/links.py`).
    The slash at the end makes rsync follow a folder that is a symbolic link; without it, it would save the link alone.
    """
    elsewhere = renamed(places)
    return [
        f"{links}/./{place}/" if place in elsewhere else f"{folder.rstrip('/').removesuffix(place)}./{place}/"
        for folder, place in places.items()
    ]


def excluded(places: Mapping[str, str], patterns: Iterable[str]) -> list[str]:
    """The patterns as rsync takes them; one that would keep nothing out is left as it is."""
    return [exclude_pattern(places, pattern) or pattern for pattern in patterns]


def exclude_pattern(places: Mapping[str, str], pattern: str) -> str | None:
    """The pattern as rsync takes it, or `None` if no file in the folders of these `places` could match it.

    rsync takes a leading slash for the top of the backup (rsync(1), "ANCHORING INCLUDE/EXCLUDE PATTERNS"), so a path
    in full, or with ~ for the home folder, is turned into the path's place inside the backup.
    """
    path = os.path.expanduser(pattern) if pattern.startswith("~/") else pattern  # noqa: PTH111 - a Path drops the slash
    if {".", ".."} & set(path.split("/")) or "//" in path:
        return None
    if not path.startswith("/"):
        return path
    for folder, label in places.items():
        if f"{path}/".startswith(f"{folder.rstrip('/')}/"):
            rest = path[len(folder.rstrip("/")) :]
            # A backslash is one like any other letter to rsync, unless there is a wildcard that it could escape.
            return f"/{_literally(label) if _WILDCARDS.search(label + rest) else label}{rest}"
    is_anchored = any(_may_match(path, label) for label in places.values())
    return path if is_anchored else None


def _literally(label: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", label)


def _may_match(path: str, label: str) -> bool:
    """Whether a pattern from the top of the backup down leads into a folder of that label."""
    wanted = path.strip("/").split("/")
    return any("**" in part for part in wanted) or all(
        fnmatchcase(there, part) for part, there in zip(wanted, label.split("/"), strict=False)
    )


def _candidates(folder: str) -> list[str]:
    parts = PurePosixPath(folder).parts[1:]
    return ["/".join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]


def _numbered(folder: str) -> Iterator[str]:
    return (f"{PurePosixPath(folder).name} {number}" for number in count(2))


def _is_free(label: str, taken: Iterable[str]) -> bool:
    mine = f"{_folded(label)}/"
    others = [f"{_folded(other)}/" for other in taken]
    return not any(mine.startswith(other) or other.startswith(mine) for other in others)


def _folded(label: str) -> str:
    # Some servers' file systems take names as equal that differ in case or in how accents are written.
    return unicodedata.normalize("NFC", label).casefold()
