"""One program at a time on a backup: a second one is told to wait."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_AGAIN_SECONDS = 0.2


@contextlib.contextmanager
def alone(name: str, *, timeout: float = 0.0) -> Iterator[int]:
    """Keep every other program off the backup until the block ends, however it ends; yields the lock's descriptor.

    The system lets go of the lock of a program that was killed, once its children that were given the descriptor have
    ended as well: for those, and for nothing else, `timeout` is how many seconds to wait.

    Raises:
        Failure: `PROFILE_IN_USE`, or our folder can't be written to.
    """
    descriptor = _locked(name, time.monotonic() + timeout)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_held_elsewhere(name: str) -> bool:
    """Whether another program, or a child that it left behind, is at work on the backup; nothing is kept or changed."""
    try:
        descriptor = os.open(paths.lock(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.pread(descriptor, 20, 0).strip() == str(os.getpid()).encode():
            return False
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a pipe or a folder in its place is no lock
        return False
    finally:
        os.close(descriptor)
    return False


def _locked(name: str, latest: float) -> int:
    path = paths.lock(name)
    while True:
        files.private_folder(path.parent)
        descriptor = files.open_own(path)
        if _try_lock(descriptor):
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                _sign(descriptor)
                return descriptor
            os.close(descriptor)  # its holder has removed the backup and this lock file with it: lock the new file
            continue
        is_used = _holder_is_running(descriptor)
        os.close(descriptor)
        if is_used or time.monotonic() >= latest:
            raise Failure(Kind.PROFILE_IN_USE, name)
        time.sleep(_LOOK_AGAIN_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # on a full disk the lock holds without the process id
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _holder_is_running(descriptor: int) -> bool:
    try:
        return files.is_running(int(os.pread(descriptor, 20, 0)))
    except ValueError:  # the holder has not written its process id yet
        return True
