"""A closed folder beside the target, where files arrive before they are put in their places.

Nothing of this computer's is in it, and links arrive in it in a form that leads nowhere; so whatever names a server
sends, nothing is written anywhere else. It is on the target's disk: putting a file in its place is a rename, and no
half-written file ever stands under its own name. A restore that was stopped goes on from what is there.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client.rsync import Problem  # noqa: TC001 - msgspec reads it
from wizard.failure import Failure, Kind
from wizard.restore.linking import Pair  # noqa: TC001 - msgspec reads it
from wizard.restore.order import Order  # noqa: TC001 - msgspec reads it
from wizard.schemes.parts.over_ssh import PARTIAL_FOLDER, RESTORE_FOLDER
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MUNGED = "/rsyncd-munged/"
_NOTE, _TREE, _TEMPORARY = "about.json", "tree", "temporary"
_OWNERS_ALL = 0o700
_DIGITS = 8
_MOST_NOTED = 64 << 20


class Arrived(msgspec.Struct, frozen=True):
    """What has arrived and was compared with the server: how many files, how many links among them, and bytes.

    `differing` arrived otherwise than the server has them, and were dropped. `same` are files that are here already,
    and were not fetched; `same_file` are names that are to be one file. `problems` and `untold` are what rsync
    complained of. Once this is known, nothing is fetched any more.
    """

    files: int = 0
    links: int = 0
    bytes: int = 0
    same: int = 0
    differing: tuple[str, ...] = ()
    same_file: tuple[Pair, ...] = ()
    problems: tuple[Problem, ...] = ()
    untold: int = 0


NOTHING = Arrived()


class _Note(msgspec.Struct, frozen=True):
    order: Order
    arrived: Arrived | None = None


class Stage:
    """The stage for one target folder; it need not be there yet."""

    def __init__(self, name: str, folder: Path, order: Order) -> None:
        self._order = order
        self._beginning = f"{RESTORE_FOLDER}-{name}."
        target = hashlib.sha256(os.fsencode(folder)).hexdigest()[:_DIGITS]
        self.path = _around(folder) / f"{self._beginning}{target}"
        self.tree = self.path / _TREE
        self.temporary = self.path / _TEMPORARY

    @property
    def is_begun(self) -> bool:
        """Whether an earlier run for the same order has left something here."""
        note = self._note()
        return note is not None and note.order == self._order and (self.tree.is_dir() or note.arrived is not None)

    @property
    def arrived(self) -> Arrived | None:
        """What has arrived, once all has."""
        note = self._note() if self.is_begun else None
        return note.arrived if note else None

    def begin(self) -> None:
        """Make it, or take up what is there of the same order; what is there of another is removed.

        Raises:
            Failure: it can't be made, or somebody else has made it.
        """
        self._clear_others()
        if not self.is_begun:
            self.clear()
            with told(self.path):
                self.path.mkdir(mode=_OWNERS_ALL, parents=True)
                self.tree.mkdir(mode=_OWNERS_ALL)
            self._write(_Note(self._order))
        with told(self.temporary):
            remove(self.temporary)
            self.temporary.mkdir(mode=_OWNERS_ALL)

    def note_arrival(self, arrived: Arrived) -> None:
        """Keep what has arrived, before the first of it is put in its place.

        Raises:
            Failure: it can't be kept.
        """
        self._write(_Note(self._order, arrived))

    def clear(self) -> None:
        """Remove all of it.

        Raises:
            Failure: it can't be removed, or somebody else has made it.
        """
        if os.path.lexists(self.path):
            _require_own(self.path)
            with told(self.path):
                remove(self.path)

    def _clear_others(self) -> None:
        """Remove what other orders have left beside it, which nobody has gone on with."""
        for other in self.path.parent.glob(f"{glob.escape(self._beginning)}{'?' * _DIGITS}"):
            note = _note_in(other)
            if note and note.order != self._order:
                with contextlib.suppress(OSError):
                    remove(other)

    def _note(self) -> _Note | None:
        return _note_in(self.path)

    def _write(self, note: _Note) -> None:
        # Unlike msgspec's, the standard library's JSON takes names that are no UTF-8.
        files.replace(self.path / _NOTE, json.dumps(msgspec.to_builtins(note)).encode())


def unfinished(name: str, folder: Path) -> list[Order]:
    """The orders of that backup that were begun and not finished, by what they left right in a folder."""
    left = folder.glob(f"{glob.escape(f'{RESTORE_FOLDER}-{name}.')}{'?' * _DIGITS}")
    return [note.order for one in left if (note := _note_in(one))]


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


def count(tree: Path) -> tuple[int, int]:
    """How many files are in a tree, and how many links are among them; what was cut off is removed.

    Raises:
        OSError: it can't be read, or what was cut off can't be removed.
    """
    counted = [(len(files), len(links)) for _folder, files, links in _walked(tree)]
    return sum(files for files, _links in counted), sum(links for _files, links in counted)


def arm(tree: Path) -> None:
    """Give all links in a tree back what they led to; from then on, nothing may be fetched into it any more.

    Raises:
        OSError: something in it can't be changed.
    """
    if tree.is_dir():
        for folder, _files, links in _walked(tree):
            if links:
                _arm(folder, links)


def _walked(tree: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder, its files of all kinds, and those of them that are links."""
    folders = [tree]
    while folders:
        folder = folders.pop()
        found: list[str] = []
        links: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    found.append(entry.path)
                    links += [entry.path] if entry.is_symlink() else []
                elif entry.name == PARTIAL_FOLDER:
                    remove(Path(entry.path))
                else:
                    folders.append(Path(entry.path))
        yield folder, found, links


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


def _arm(folder: Path, links: list[str]) -> None:
    status = folder.stat()
    with writable(folder):
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
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell as a failure what the system says of a path, or of one that it names itself."""
    try:
        yield
    except OSError as error:
        named = Path(error.filename) if isinstance(error.filename, str) and error.filename.startswith("/") else path
        raise files.failure(named, error) from error


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


def _around(folder: Path) -> Path:
    """The folder that the stage is made in: on the disk of the target, and out of sight of its backup if possible."""
    try:
        found, around = folder.stat(), folder.parent.stat()
    except OSError:
        return folder.parent
    is_fit = found.st_dev == around.st_dev and os.access(folder.parent, os.W_OK | os.X_OK)
    return folder.parent if is_fit and folder.parent != folder else folder


def _note_in(stage: Path) -> _Note | None:
    with contextlib.suppress(OSError, Failure, ValueError):
        _require_own(stage)
        return msgspec.convert(json.loads(files.read(stage / _NOTE, _MOST_NOTED)), _Note)
    return None


def _require_own(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise Failure(Kind.LINK_IN_THE_WAY, str(path))
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Failure(Kind.FOLDER_SHARED, str(path), stat.filemode(found.st_mode))
