"""A secret that must not be found anywhere but in the keyring, and the search for it."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Self

SECRET = "canary-3f9c1d7e5b"


class ProcessWatch:
    """Looks again and again at the command line and the environment of every process on the machine."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: set[bytes] = set()
        self.programs: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def holding(self, secret: str) -> list[bytes]:
        """What of it held the secret."""
        return [text for text in self.seen if secret.encode() in text]

    def _look(self) -> None:
        while not self._over.wait(0.03):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    command = (process / "cmdline").read_bytes()
                    self.programs.add(Path(command.split(b"\0")[0].decode(errors="replace")).name)
                    self.seen |= {command, (process / "environ").read_bytes()}


def files_holding(secret: str, *folders: Path) -> list[Path]:
    """The files in which the secret stands."""
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in found if secret.encode() in path.read_bytes()]
