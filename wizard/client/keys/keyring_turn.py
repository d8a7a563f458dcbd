"""Our programs ask the keyring in turn: gnome-keyring ends where several come and go at the same moment.

Four programs had it abort within seconds (gnome-keyring 42.1), which shuts out everything else on the desktop as well;
9,000 calls in turn did not. One security check alone has ssh start several.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 5.0
"""Whoever is asked by the keyring to unlock it takes their time; the others don't wait for that."""

_LOOK_AGAIN_SECONDS = 0.01


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other threads, and other programs of ours, from asking meanwhile.

    The lock is on our folder of states, which nobody else can open: whoever can open a folder can hold its lock.
    """
    try:
        descriptor = os.open(paths.state(), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # before the first backup there are no such others
        yield
        return
    try:
        _wait_for(descriptor)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    latest = time.monotonic() + SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= latest:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)
        except OSError:  # a disk without locks
            return
        else:
            return
