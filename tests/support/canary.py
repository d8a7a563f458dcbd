"""A secret that must not be found anywhere but in the keyring, and the search for it."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from pathlib import Path
from typing import Self

# Another in every process, so that what one test lets be seen on purpose is not found by the watch of another.
SECRET = f"canary-{secrets.token_hex(6)}"


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
        known: set[tuple[str, bytes]] = set()
        while not self._over.wait(0.03):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    command = _read(f"/proc/{pid}/cmdline")
                    if (pid, command) not in known:  # it starts another program only with another command line
                        known.add((pid, command))
                        self.programs.add(Path(command.split(b"\0")[0].decode(errors="replace")).name)
                        self.seen |= {command, _read(f"/proc/{pid}/environ")}


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - this is read a thousand times a second
        return file.read()


def files_holding(secret: str, *folders: Path) -> list[Path]:
    """The files in which the secret stands."""
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in found if secret.encode() in path.read_bytes()]
