"""Putting what has arrived in its place: by renames, through no link, and with nothing removed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from typing import TYPE_CHECKING, Literal

import msgspec

from wizard.restore import staged_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.restore.order import Overwrite

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 100  # folders in each other that are on both sides: each takes two descriptors
_MOST_TOLD = 1000

Why = Literal["is-folder", "is-no-folder", "failed"]


class Misfit(msgspec.Struct, frozen=True):
    """What could not be put in its place, by its path in the folder, and why; `reason` is the system's."""

    path: str
    why: Why
    reason: str = ""


class Put(msgspec.Struct):
    """What became of all that had arrived: files that were kept as they are here, and those that could not be put."""

    kept: int = 0
    left_out: int = 0
    misfits: list[Misfit] = msgspec.field(default_factory=list)


def put(arrived: Path, folder: Path, overwrite: Overwrite) -> Put:
    """Move what is in `arrived` into a folder, which is made if it is not there; what is kept here stays behind.

    Raises:
        OSError: the folder can't be written to.
    """
    told = Put()
    if not os.path.lexists(arrived):
        return told
    if not os.path.lexists(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _move(str(arrived), str(folder), arrived.lstat(), None, None)
        return told
    if not stat.S_ISDIR(arrived.lstat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    with staged_files.writable(arrived), _opened(str(arrived), None) as source:
        target = os.open(folder, _FOLDER & ~os.O_NOFOLLOW)  # the person has named it, link or not
        try:
            _Merging(overwrite, told).merge(source, target, "", 0)
        finally:
            os.close(target)
    return told


class _Merging:
    def __init__(self, overwrite: Overwrite, told: Put) -> None:
        self._overwrite, self._told = overwrite, told

    def merge(self, source: int, target: int, path: str, depth: int) -> None:
        with os.scandir(source) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            here = f"{path}{name}"
            try:
                self._put(source, target, name, here, depth)
            except OSError as error:
                self._leave_out(source, name, Misfit(here, "failed", error.strerror or ""))

    def _put(self, source: int, target: int, name: str, path: str, depth: int) -> None:
        new = os.lstat(name, dir_fd=source)
        old = None
        with contextlib.suppress(FileNotFoundError):
            old = os.lstat(name, dir_fd=target)
        if old is None:
            _move(name, name, new, source, target)
        elif stat.S_ISDIR(new.st_mode):
            if not stat.S_ISDIR(old.st_mode):
                self._leave_out(source, name, Misfit(path, "is-no-folder"))
            elif depth >= _DEEPEST:
                self._leave_out(source, name, Misfit(path, "failed", os.strerror(errno.ENAMETOOLONG)))
            else:
                with _writable_at(source, name, new), _opened(name, source) as inner, _opened(name, target) as there:
                    self.merge(inner, there, f"{path}/", depth + 1)
        elif stat.S_ISDIR(old.st_mode):
            self._leave_out(source, name, Misfit(path, "is-folder"))
        elif self._may_replace(new, old) and not _are_same_link(name, new, source, old, target):
            _move(name, name, new, source, target)
        else:
            self._told.kept += 1

    def _may_replace(self, new: os.stat_result, old: os.stat_result) -> bool:
        if self._overwrite == "if-newer":
            return new.st_mtime_ns > old.st_mtime_ns
        return self._overwrite != "never"

    def _leave_out(self, source: int, name: str, misfit: Misfit) -> None:
        self._told.left_out += _count(name, source)
        if len(self._told.misfits) < _MOST_TOLD:
            self._told.misfits.append(misfit)


def _are_same_link(name: str, new: os.stat_result, source: int, old: os.stat_result, target: int) -> bool:
    if not (stat.S_ISLNK(new.st_mode) and stat.S_ISLNK(old.st_mode)):
        return False
    return os.readlink(name, dir_fd=source) == os.readlink(name, dir_fd=target)


def _move(name: str, to: str, status: os.stat_result, source: int | None, target: int | None) -> None:
    is_folder = stat.S_ISDIR(status.st_mode)
    shut = is_folder and not status.st_mode & stat.S_IWUSR  # its entry “..” is in it, and changes
    if shut:
        os.chmod(name, status.st_mode | stat.S_IRWXU, dir_fd=source)
    try:
        os.rename(name, to, src_dir_fd=source, dst_dir_fd=target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_to_other_disk(name, to, status, source, target)
    if shut:
        os.chmod(to, stat.S_IMODE(status.st_mode), dir_fd=target)


def _move_to_other_disk(name: str, to: str, status: os.stat_result, source: int | None, target: int | None) -> None:
    """Copy to a name of its own, then rename: so that there, too, no file is ever there by half."""
    if stat.S_ISDIR(status.st_mode):
        os.mkdir(to, 0o700, dir_fd=target)
        with _opened(name, source) as inner, _opened(to, target) as there:
            _Merging("always", Put()).merge(inner, there, "", 0)
        os.chmod(to, stat.S_IMODE(status.st_mode), dir_fd=target)
        os.utime(to, ns=(status.st_atime_ns, status.st_mtime_ns), dir_fd=target)
        os.rmdir(name, dir_fd=source)
        return
    temporary = f".backup-wizard-{secrets.token_hex(8)}"
    try:
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(name, dir_fd=source), temporary, dir_fd=target)
        elif stat.S_ISREG(status.st_mode):
            _copy(name, temporary, source, target)
            os.chmod(temporary, stat.S_IMODE(status.st_mode), dir_fd=target)
        else:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        times = status.st_atime_ns, status.st_mtime_ns
        os.utime(temporary, ns=times, dir_fd=target, follow_symlinks=False)
        os.rename(temporary, to, src_dir_fd=target, dst_dir_fd=target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=target)
        raise
    os.unlink(name, dir_fd=source)


def _copy(name: str, temporary: str, source: int | None, target: int | None) -> None:
    reading = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=source)
    with os.fdopen(reading, "rb") as original:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=target), "wb") as copy:
            shutil.copyfileobj(original, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())


def _count(name: str, around: int) -> int:
    """How many files that is, all in a folder counted."""
    if not stat.S_ISDIR(os.lstat(name, dir_fd=around).st_mode):
        return 1
    return sum(len(files) for _path, _folders, files, _fd in os.fwalk(name, dir_fd=around))


@contextlib.contextmanager
def _opened(name: str, around: int | None) -> Iterator[int]:
    folder = os.open(name, _FOLDER, dir_fd=around)
    try:
        yield folder
    finally:
        os.close(folder)


@contextlib.contextmanager
def _writable_at(around: int, name: str, status: os.stat_result) -> Iterator[None]:
    """Let names be taken out of a folder that has arrived, whatever its mode; it stays behind."""
    if status.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(name, status.st_mode | stat.S_IRWXU, dir_fd=around)
    yield
