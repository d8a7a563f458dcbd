"""Notice of disks and network folders that come and go, as far as the system gives it: only Linux does."""

from __future__ import annotations

import asyncio
import select
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_MOUNTS = Path("/proc/self/mountinfo")


class MountWatch:
    """While it is open, it calls `wakes` soon after something is mounted or unmounted."""

    def __init__(self, wakes: Callable[[], None]) -> None:
        self._wakes, self._has_changed, self._open = wakes, False, ExitStack()

    def __enter__(self) -> Self:
        if sys.platform == "linux":
            with suppress(OSError):
                self._watch()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def take(self) -> bool:
        """Whether anything has changed since it was opened, or since the last call."""
        changed, self._has_changed = self._has_changed, False
        return changed

    def _watch(self) -> None:
        # The list can always be read. That it has changed is an exception, for which asyncio itself doesn't wait.
        changes = self._open.enter_context(select.epoll())
        changes.register(self._open.enter_context(_MOUNTS.open("rb")), select.EPOLLPRI)
        loop = asyncio.get_running_loop()
        loop.add_reader(changes, self._note)
        self._open.callback(loop.remove_reader, changes)

    def _note(self) -> None:
        self._has_changed = True
        self._wakes()
