"""How soon the program is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKUPS = 50
_FIRST_FRAME = (sys.executable, "-m", "tests.benchmarks.first_frame")
_COMMANDS = Path(sys.executable).parent


def rows() -> Iterator[Row]:
    """The version, and the first screen."""
    version = ratio(
        lambda: seconds([_COMMANDS / "backup-wizard", "--version"]), lambda: seconds([sys.executable, "-c", "pass"])
    )
    yield Row("--version against python -c pass", version, 2.0)
    yield Row("first full frame against a bare Textual app of as many widgets", _first_frame("first"), 1.2)
    subprocess.run([*_FIRST_FRAME, "keep", str(_BACKUPS)], check=True)
    yield Row(f"the same of the home screen with {_BACKUPS} backups", _first_frame("home"), 1.2)


def _first_frame(name: str) -> float:
    ours = [*_FIRST_FRAME, name]
    widgets = subprocess.run(ours, capture_output=True, text=True, check=True).stdout.strip()
    return ratio(lambda: seconds(ours), lambda: seconds([*_FIRST_FRAME, widgets]))
