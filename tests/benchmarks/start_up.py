"""How soon the program is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMANDS = Path(sys.executable).parent


def rows() -> Iterator[Row]:
    """The version, and the first screen."""
    version = ratio(
        lambda: seconds([_COMMANDS / "backup-wizard", "--version"]), lambda: seconds([sys.executable, "-c", "pass"])
    )
    yield Row("--version against python -c pass", version, 2.0)
    yield Row("first full frame against a bare Textual app of as many widgets", _first_frame(), 1.3)


def _first_frame() -> float:
    ours = [sys.executable, "-m", "tests.benchmarks.first_frame", "wizard"]
    widgets = subprocess.run(ours, capture_output=True, text=True, check=True).stdout.strip()
    bare = [sys.executable, "-m", "tests.benchmarks.first_frame", widgets]
    return ratio(lambda: seconds(ours), lambda: seconds(bare))
