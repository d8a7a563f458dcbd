"""Running the installed commands as a person or a script does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    ran = subprocess.run(
        [_FOLDER / "backup-wizard", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=100,
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)
