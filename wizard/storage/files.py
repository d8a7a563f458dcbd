"""Writing files so that none is ever half-written, overwritten by accident, readable by others or somebody else's."""

import contextlib
import errno
import itertools
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from wizard.failure import Failure, Kind

_CAUSES = {
    errno.EROFS: Kind.FOLDER_READ_ONLY,
    errno.EACCES: Kind.FOLDER_READ_ONLY,
    errno.EPERM: Kind.FOLDER_READ_ONLY,
    errno.ENOSPC: Kind.DISK_FULL_HERE,
    errno.EDQUOT: Kind.DISK_FULL_HERE,
    errno.EEXIST: Kind.FILE_EXISTS,
    errno.EISDIR: Kind.FILE_EXISTS,
    errno.ENOTDIR: Kind.NO_PLACE_FOR_FILE,
    errno.ENOENT: Kind.NO_PLACE_FOR_FILE,
    errno.ELOOP: Kind.LINK_IN_THE_WAY,
}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}
_MODE_OF_TEMPORARIES = 0o600  # tempfile's
_OUR_FOLDER = "backup-wizard"
_DEEPEST = 3
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)-[^.]+\.new")


def replace(
    path: Path, content: bytes, mode: int = 0o600, modified: float | None = None, *, lasting: bool = True
) -> None:
    """Put `content` at `path` in one step, over what was there; `modified` is its time, if it is not to be now.

    What isn't `lasting` outlives this program, and need not outlive a power cut: the disk isn't waited for.

    Raises:
        Failure: the folder is read-only, missing or full, or a link is there (`LINK_IN_THE_WAY`); what was there is
            untouched.
    """
    with _told(path):
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        with _temporary(path, mode) as (file, temporary):
            file.write(content)
            file.flush()
            if modified is not None:
                os.utime(file.fileno(), (modified, modified))
            if lasting:
                _finish(file)
            temporary.replace(path)
            if lasting:
                _sync_folder(path.parent)


def create(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path` in one step, where nothing is yet.

    Raises:
        Failure: `FILE_EXISTS` if something is there, or as for `replace`.
    """
    with creating(path, mode) as file:
        file.write(content)


def free(path: Path) -> Path:
    """The path, with a number where something is there already."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not os.path.lexists(one))


@contextlib.contextmanager
def creating(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write to for as long as the block lasts; it is at `path`, where nothing was, once the block is done.

    Raises:
        Failure: as for `create`; where something is already, before the block begins.
    """
    with _told(path):
        if os.path.lexists(path):
            clear(path.parent, path.name)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with _temporary(path, mode) as (file, temporary):
            yield file
            _finish(file)
            _name(temporary, path)
            try:
                _sync_folder(path.parent)
            except BaseException:
                path.unlink(missing_ok=True)
                raise


def remove(path: Path) -> None:
    """Remove a file, if it is there, and what a killed program has left beside it.

    Raises:
        Failure: it can't be removed.
    """
    with _told(path):
        path.unlink(missing_ok=True)
        clear(path.parent, path.name)


def clear(folder: Path, beginning: str = "") -> None:
    """Remove what programs that were killed have left of files that they wrote in a folder, by how their names begin.

    What can't be removed stays: it is in nobody's way.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            left = _TEMPORARY.fullmatch(entry.name)
            if left and left["name"].startswith(beginning) and not is_running(int(left["process"])):
                with contextlib.suppress(OSError):
                    Path(entry.path).unlink()


def private_folder(path: Path) -> Path:
    """Make a folder that is closed to others, with its parents; one that is there has to be the person's own.

    Raises:
        Failure: it can't be made, it is a link (`LINK_IN_THE_WAY`), or others can change what is in it
            (`FOLDER_SHARED`); so too with those above it that are ours.
    """
    ours = _ours(path)
    for folder in reversed([path, *path.parents]):
        with _told(folder):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
            if folder in ours:
                _require_own(folder)
    return path


def open_own(path: Path) -> int:
    """A descriptor of a file that is made if it is missing, for its owner alone; nothing is changed in it.

    Raises:
        Failure: as for `replace`.
    """
    with _told(path):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def open_new(path: Path) -> int:
    """A descriptor to write to a file that was not there, for its owner alone.

    Raises:
        Failure: as for `create`.
    """
    with _told(path):
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def read(path: Path, most_bytes: int = 1 << 20) -> bytes:
    """What is in a file; a pipe or a device is not waited for.

    Raises:
        OSError: it can't be read, or holds more than `most_bytes`.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "It isn't a file.")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def is_running(process: int) -> bool:
    """Whether there is a process of that number, whoever's it is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's, or a number that is none of a process
        return True
    return True


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure(path, error) from error


def failure(path: Path, error: OSError) -> Failure:
    """Why a file or folder can't be used: `SETTINGS_ANOTHERS` if it is one of ours that somebody else owns."""
    if error.errno == errno.EACCES and (folder := _anothers(path)):
        return Failure(Kind.SETTINGS_ANOTHERS, str(folder), str(error))
    return Failure(_CAUSES.get(error.errno or 0, Kind.UNKNOWN), str(path), str(error))


def _anothers(path: Path) -> Path | None:
    """The uppermost of our folders on the way to a path that is not the person's own."""
    for folder in reversed(_ours(path)):
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid != os.geteuid():
                return folder
    return None


def _ours(path: Path) -> list[Path]:
    above = list(path.parents[:_DEEPEST])
    names = [folder.name for folder in above]
    return [path, *above[: names.index(_OUR_FOLDER) + 1]] if _OUR_FOLDER in names else [path]


def _require_own(folder: Path) -> None:
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
    if found.st_uid not in {os.geteuid(), 0} or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Failure(Kind.FOLDER_SHARED, str(folder), stat.filemode(found.st_mode))


@contextlib.contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    clear(path.parent, path.name)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}-", suffix=".new")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode != _MODE_OF_TEMPORARIES:
                os.fchmod(file.fileno(), mode)
            yield file, temporary
    finally:
        with contextlib.suppress(OSError):  # the file itself is in its place, or the failure is told already
            temporary.unlink(missing_ok=True)


def _name(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)  # a link, unlike a rename, fails where something is
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A memory stick knows no links: its place is taken by an empty file first.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE_OF_TEMPORARIES))
        try:
            temporary.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
