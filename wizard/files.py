"""Writing files so that none is ever half-written, overwritten by accident or readable by others."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
    with _told(path), _temporary(path, content, mode) as temporary:
        temporary.replace(path)
        _sync_folder(path.parent)


def create(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path` in one step, where nothing is yet.

    Raises:
        Failure: `FILE_EXISTS` if something is there, or as for `replace`.
    """
    with _told(path), _temporary(path, content, mode) as temporary:
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
def _temporary(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
