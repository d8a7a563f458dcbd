"""The files in a stage: counted, rid of what does not belong there, and their links armed at last."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MUNGED = "/rsyncd-munged/"
_OWNERS_ALL = 0o700
# What an rsync that was killed leaves of the file at hand. A whole file that is called so is fetched once more.
_TEMPORARY = re.compile(r"\..+\.[A-Za-z0-9]{6}", re.DOTALL)


@contextlib.contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Let a folder of ours be changed for as long as the block lasts, whatever its mode."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OWNERS_ALL == _OWNERS_ALL:
        yield
        return
    folder.chmod(mode | _OWNERS_ALL)
    yield
    folder.chmod(mode)


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, those among it that are shut as well; it need not be there.

    Raises:
        OSError: it can't be removed.
    """
    if not os.path.lexists(path):
        return
    for parent, folders, _files in os.walk(path):
        for name in folders:
            inner = Path(parent, name)
            status = inner.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_mode & _OWNERS_ALL != _OWNERS_ALL:
                inner.chmod(_OWNERS_ALL)
    shutil.rmtree(path)


def drop_temporary(tree: Path) -> None:
    """Remove what an rsync that was killed has left of the file at hand.

    Raises:
        OSError: it can't be removed.
    """
    for _folder, paths, _links in _walked(tree, drops_parts=False):
        for path in paths:
            if _TEMPORARY.fullmatch(os.path.basename(path)):  # noqa: PTH119 - of very many
                os.unlink(path)  # noqa: PTH108


def count(tree: Path) -> tuple[int, int]:
    """How many files are in a tree, and how many links are among them; what was cut off is removed.

    Raises:
        OSError: it can't be read, or what was cut off can't be removed.
    """
    counted = [(len(paths), len(links)) for _folder, paths, links in _walked(tree)]
    return sum(paths for paths, _links in counted), sum(links for _paths, links in counted)


def lacking(tree: Path, paths: Iterable[str]) -> int:
    """How many of those paths are not in a tree."""
    return sum(not os.path.lexists(tree / path) for path in paths)


def close_to_group(tree: Path) -> None:
    """Allow the group no more than all others, everywhere in a tree.

    In a version, the group's part of a mode is how the server lets it be read; whatever it was here is not known there.

    Raises:
        OSError: a mode can't be changed.
    """
    if not tree.is_dir():
        return
    for folder, paths, links in _walked(tree):
        for path in {str(folder), *paths} - set(links):
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            meant = mode & ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
            if meant != mode:
                os.chmod(path, meant)  # noqa: PTH101 - of very many


def arm(tree: Path) -> None:
    """Give all links in a tree back what they led to; from then on, nothing may be fetched into it any more.

    Raises:
        OSError: something in it can't be changed.
    """
    if tree.is_dir():
        for folder, _files, links in _walked(tree):
            if links:
                _arm(folder, links)


def keep_only(tree: Path, paths: Sequence[str]) -> None:
    """Remove from a tree whatever is neither one of those paths, nor in one of them, nor around one.

    Raises:
        OSError: something in it can't be removed.
    """
    whole = set(paths)
    around = {"/".join(parts[:end]) for parts in (path.split("/") for path in paths) for end in range(1, len(parts))}
    folders = [""]
    while folders:
        above = folders.pop()
        with os.scandir(tree / above) as entries:
            found = {f"{above}{entry.name}": entry.is_dir(follow_symlinks=False) for entry in entries}
        for path, is_folder in found.items():
            if path in whole:
                continue
            if is_folder and path in around:
                folders.append(f"{path}/")
            elif is_folder:
                remove(tree / path)
            else:
                (tree / path).unlink()


def _walked(tree: Path, *, drops_parts: bool = True) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder, its files of all kinds, and those of them that are links; what was cut off is no part of it."""
    folders = [tree]
    while folders:
        folder = folders.pop()
        found: list[str] = []
        links: list[str] = []
        has_parts = False
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    found.append(entry.path)
                    links += [entry.path] if entry.is_symlink() else []
                elif entry.name != PARTIAL_FOLDER:
                    folders.append(Path(entry.path))
                else:
                    has_parts = drops_parts
        if has_parts:
            with _unchanged(folder):
                remove(folder / PARTIAL_FOLDER)
        yield folder, found, links


def _arm(folder: Path, links: list[str]) -> None:
    with _unchanged(folder):
        for link in links:
            leads_to = os.readlink(link)  # noqa: PTH115 - a Path would change what is in it
            if not leads_to.startswith(MUNGED):
                continue
            # An rrsync that is too old to arm them sends links as they are stored, which makes it twice.
            while leads_to.startswith(MUNGED):
                leads_to = leads_to.removeprefix(MUNGED)
            times = os.lstat(link)
            os.unlink(link)  # noqa: PTH108
            os.symlink(leads_to, link)  # noqa: PTH211
            os.utime(link, ns=(times.st_atime_ns, times.st_mtime_ns), follow_symlinks=False)


@contextlib.contextmanager
def _unchanged(folder: Path) -> Iterator[None]:
    """Let a folder be changed for as long as the block lasts, and give it back its mode and its time."""
    status = folder.stat()
    with writable(folder):
        yield
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))
