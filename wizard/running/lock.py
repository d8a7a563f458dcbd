"""The lock that keeps two runs of one backup apart."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from wizard import files, places
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wizard.profile import Profile

_LOOK_AGAIN_SECONDS = 0.2
_MOST_LOOKS = 900  # three minutes: longer than rsync lets a server be silent


@contextlib.asynccontextmanager
async def held(profile: Profile) -> AsyncIterator[int]:
    """Hold the lock for as long as the block lasts, and yield its file descriptor.

    rsync holds it as well. One whose wizard was killed ends by itself as soon as it has something to say, so that is
    waited for.

    Raises:
        Failure: `ALREADY_RUNNING`, or our folder can't be written to.
    """
    path = files.private_folder(places.walk_state(profile.name)) / "run.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for _ in range(_MOST_LOOKS):
            if _taken(descriptor):
                break
            if _is_running(descriptor):
                raise Failure(Kind.ALREADY_RUNNING, profile.name)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        else:
            raise Failure(Kind.ALREADY_RUNNING, profile.name)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(descriptor: int) -> bool:
    """Whether the wizard that took the lock is still there."""
    try:
        os.kill(int(os.pread(descriptor, 20, 0) or b"0"), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True
