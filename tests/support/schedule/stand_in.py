"""A program in backup-wizard's place, which tells how a scheduler has started it."""

from __future__ import annotations

import os
import select
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ODD = 'odd "place" 50%h $HOME\'s $$ (new)'
_PATIENCE_SECONDS = 60


class StandIn:
    """Puts itself into a folder; `told` waits for its start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        told, self.program = folder / "told", folder / "backup-wizard"
        self.program.write_text(f'#!/bin/sh\n{{ echo "$*"; nice; ionice; env; echo end; }} >{shlex.quote(str(told))}\n')
        self.program.chmod(0o755)
        os.mkfifo(told)
        self._told = os.open(told, os.O_RDWR)

    def told(self, seconds: float = _PATIENCE_SECONDS) -> list[str]:
        """Its arguments, its niceness, its class for the disk, and its environment, a line each."""
        text = b""
        while not text.endswith(b"end\n"):
            assert select.select([self._told], [], [], seconds)[0], f"not started: {text.decode()}"
            text += os.read(self._told, 1 << 16)
        return text.decode().splitlines()
