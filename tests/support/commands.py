"""Running the installed commands as a person or a script does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.quick import warm

_FOLDER = Path(sys.executable).parent


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        return json.loads(self.stdout)


def backup_wizard(*arguments: str | Path) -> Ran:
    """Run backup-wizard with nobody at the keys, and see that no traceback reaches a person."""
    ended = warm.process().call("tests.support.quick.warm:command", *map(os.fsdecode, arguments))
    return _ran(ended.exit_code, ended.stdout, ended.stderr)


def started_anew(*arguments: str | Path) -> Ran:
    """The same as a program of its own, for what can be seen of one from outside."""
    argv = [_FOLDER / "backup-wizard", *arguments]
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=100)
    return _ran(ended.returncode, ended.stdout, ended.stderr)


def _ran(exit_code: int, *printed: bytes) -> Ran:
    stdout, stderr = (text.decode(errors="surrogateescape") for text in printed)
    assert "Traceback" not in stdout + stderr, stderr
    return Ran(exit_code, stdout, stderr)
