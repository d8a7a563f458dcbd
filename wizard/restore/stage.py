"""A closed folder beside the target, where files arrive before they are put in their places.

Nothing of this computer's is in it, and links arrive in it in a form that leads nowhere; so whatever names a server
sends, nothing is written anywhere else. It is on the target's disk: putting a file in its place is a rename, and no
half-written file ever stands under its own name. A restore that was stopped goes on from what is there.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client.rsync import Problem  # noqa: TC001 - msgspec reads it
from wizard.client.unfinished_restores import DIGITS, NOTE, stage_name
from wizard.failure import Failure, Kind
from wizard.restore import staged_files
from wizard.restore.linking import Pair  # noqa: TC001 - msgspec reads it
from wizard.restore.order import Order  # noqa: TC001 - msgspec reads it
from wizard.schemes.parts.over_ssh import RESTORE_FOLDER
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Iterator

_TREE, _MARKS = "tree", "marks"
_OWNERS_ALL = 0o700
_VALID_SECONDS = 24 * 3600
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
        self._has_just_arrived = False
        self._beginning = f"{RESTORE_FOLDER}-{name}."
        self.path = _around(folder) / stage_name(name, folder)
        self.tree = self.path / _TREE
        self.marks = self.path / _MARKS

    @property
    def is_begun(self) -> bool:
        """Whether an earlier run for the same order has left something here that can be gone on with.

        What all has arrived is used for a day, where it replaces nothing: what it would replace may be newer by now.
        """
        note = self._note()
        if note is None or note.order != self._order:
            return False
        if not note.arrived:
            return self.tree.is_dir()
        return self._has_just_arrived or (self._order.overwrite == "never" and self._is_new())

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
        if self.is_begun:
            with told(self.tree):
                staged_files.drop_temporary(self.tree)
        else:
            self.clear()
            with told(self.path):
                self.path.mkdir(mode=_OWNERS_ALL, parents=True)
                self.tree.mkdir(mode=_OWNERS_ALL)
        self._write(_Note(self._order))  # its time tells runs that delete that a restore was begun

    def note_arrival(self, arrived: Arrived) -> None:
        """Keep what has arrived, before the first of it is put in its place.

        Raises:
            Failure: it can't be kept.
        """
        self._write(_Note(self._order, arrived))
        self._has_just_arrived = True

    def clear(self) -> None:
        """Remove all of it.

        Raises:
            Failure: it can't be removed, or somebody else has made it.
        """
        if os.path.lexists(self.path):
            _require_own(self.path)
            with told(self.path):
                staged_files.remove(self.path)

    def _clear_others(self) -> None:
        """Remove what other orders have left beside it, which nobody has gone on with.

        What was to go back to where it came from stays: a run that deletes has to know that it didn't.
        """
        for other in self.path.parent.glob(f"{glob.escape(self._beginning)}{'?' * DIGITS}"):
            note = _note_in(other)
            if note and note.order.to and note.order != self._order:
                with contextlib.suppress(OSError):
                    staged_files.remove(other)

    def _is_new(self) -> bool:
        return time.time() - (self.path / NOTE).stat().st_mtime < _VALID_SECONDS

    def _note(self) -> _Note | None:
        return _note_in(self.path)

    def _write(self, note: _Note) -> None:
        # Unlike msgspec's, the standard library's JSON takes names that are no UTF-8.
        # The disk isn't waited for: that would be for all that has just been fetched.
        files.replace(self.path / NOTE, json.dumps(msgspec.to_builtins(note)).encode(), lasting=False)


def unfinished(name: str, folder: Path) -> list[Order]:
    """The orders of that backup that were begun and not finished, by what they left right in a folder."""
    left = folder.glob(f"{glob.escape(f'{RESTORE_FOLDER}-{name}.')}{'?' * DIGITS}")
    return [note.order for one in left if (note := _note_in(one))]


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell as a failure what the system says of a path, or of one that it names itself."""
    try:
        yield
    except OSError as error:
        named = Path(error.filename) if isinstance(error.filename, str) and error.filename.startswith("/") else path
        raise files.failure(named, error) from error


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
        return msgspec.convert(json.loads(files.read(stage / NOTE, _MOST_NOTED)), _Note)
    return None


def _require_own(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise Failure(Kind.LINK_IN_THE_WAY, str(path))
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Failure(Kind.FOLDER_SHARED, str(path), stat.filemode(found.st_mode))
