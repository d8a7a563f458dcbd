"""A pipe that tells when the last process which holds it open is gone."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


_LONGEST_SECONDS = 20


class Lifeline:
    """Processes hold it by opening `path` for writing; their children inherit it."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "lifeline")
        os.mkfifo(self.path)
        self._reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def wait(self) -> None:
        """Wait for the last holder to go."""
        try:
            assert os.read(self._reader, 1) == b""
        except BlockingIOError:
            gone, _, _ = select.select([self._reader], [], [], _LONGEST_SECONDS)
            assert gone, "a process is still there"

    def close(self) -> None:
        """Let go of the reading end."""
        os.close(self._reader)
