"""Writing files so that none is ever half-written, overwritten by accident or readable by others."""

import contextlib
import errno
import os
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
    errno.ENOTDIR: Kind.FOLDER_MISSING,
    errno.ENOENT: Kind.FOLDER_MISSING,
}


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path` in one step, over what was there.

    Raises:
        Failure: the folder is read-only, missing or full; what was there is untouched.
    """
    with _told(path), _temporary(path, mode) as (file, temporary):
        file.write(content)
        _finish(file)
        temporary.replace(path)
        _sync_folder(path.parent)


def create(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path` in one step, where nothing is yet.

    Raises:
        Failure: `FILE_EXISTS` if something is there, or as for `replace`.
    """
    with creating(path, mode) as file:
        file.write(content)


@contextlib.contextmanager
def creating(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write to for as long as the block lasts; it is at `path`, where nothing was, once the block is done.

    Raises:
        Failure: as for `create`; where something is already, before the block begins.
    """
    with _told(path):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with _temporary(path, mode) as (file, temporary):
            yield file
            _finish(file)
            os.link(temporary, path)  # a link, unlike a rename, fails where something is
        _sync_folder(path.parent)


def private_folder(path: Path) -> Path:
    """Make a folder that is closed to others, with its parents; an existing one is left as it is.

    Raises:
        Failure: it can't be made.
    """
    with _told(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(_CAUSES.get(error.errno or 0, Kind.UNKNOWN), str(path), str(error)) from error


@contextlib.contextmanager
def _temporary(path: Path, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file, temporary
    finally:
        temporary.unlink(missing_ok=True)


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
