"""Hard links among files that were restored into a folder where some of them were already.

rsync can't keep them there itself: up to 3.5, it never comes to an end with --hard-links and --compare-dest together,
where one of several names is here and another is not. So the server is asked for the list once more, with its links.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import secrets
import stat
from typing import TYPE_CHECKING

from wizard.client.rsync import listed
from wizard.schemes.parts.over_ssh import LISTING_FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wizard.restore.order import Part

# No name has two slashes in a row, and neither does the path that follows it here.
FORMAT = f"--out-format={LISTING_FORMAT}//%L"
_LINKED = re.compile(rb"^hf\+{9}\|\d{1,20}\|([^\n]+?)// => ([^\n]+)\n", re.MULTILINE)

MOST_PAIRS = 100_000

Pair = tuple[str, str]


def pairs(lines: bytes) -> list[Pair]:
    """Names of the same file, two by two, from whole lines of rsync's list."""
    return [(listed.path(name), listed.path(other)) for name, other in _LINKED.findall(lines)]


def arrived(found: Iterable[Pair], tree: Path) -> list[Pair]:
    """Those of which at least one has arrived: what is here and stays as it is, is not touched."""
    return [(a, b) for a, b in found if os.path.lexists(tree / a) or os.path.lexists(tree / b)]


def link(found: Iterable[Pair], tree: Path, part: Part) -> None:
    """Make one file of each two that are alike in all, unless one of them has stayed in the tree."""
    top = part.top
    if part.links:  # nothing is done by way of a link, so it is named from the folder itself
        place = f"{part.place}/"
        inside = ((a, b) for a, b in found if a.startswith(place) and b.startswith(place))
        found = [(name.removeprefix(place), other.removeprefix(place)) for name, other in inside]
        tree, top = tree / part.place, part.folder
    for name, other in found:
        if os.path.lexists(tree / name) or os.path.lexists(tree / other):
            continue
        if _leads_through_link(top, name) or _leads_through_link(top, other):
            continue
        with contextlib.suppress(OSError):  # they are two files with the right content then
            _link(top / name, top / other)


def _link(name: Path, other: Path) -> None:
    one, two = name.lstat(), other.lstat()
    if not stat.S_ISREG(one.st_mode) or os.path.samestat(one, two) or _looks(one) != _looks(two):
        return
    if not filecmp.cmp(name, other, shallow=False):
        return
    temporary = name.with_name(f".backup-wizard-{secrets.token_hex(8)}")
    temporary.hardlink_to(other)
    try:
        temporary.replace(name)
    finally:
        temporary.unlink(missing_ok=True)


def _looks(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mode, status.st_size, status.st_mtime_ns


def _leads_through_link(top: Path, path: str) -> bool:
    parts = path.split("/")[:-1]
    return ".." in parts or any((top / "/".join(parts[: end + 1])).is_symlink() for end in range(len(parts)))
