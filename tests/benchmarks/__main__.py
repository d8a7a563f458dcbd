"""The speed targets as ratios, each against a yardstick that is measured in the same run."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks import exporting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMANDS = Path(sys.executable).parent
_ROUNDS = 15


def seconds(argv: Sequence[str | Path]) -> float:
    """How long a command takes to its end."""
    began = time.perf_counter()
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def ratio(ours: Callable[[], float], yardstick: Callable[[], float], rounds: int = _ROUNDS) -> float:
    """How many times the yardstick's median ours takes, measured in turns so that both see the same machine."""
    pairs = [(ours(), yardstick()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs) / statistics.median(pair[1] for pair in pairs)


def version() -> float:
    """`backup-wizard --version` against `python -c pass`."""
    return ratio(
        lambda: seconds([_COMMANDS / "backup-wizard", "--version"]),
        lambda: seconds([sys.executable, "-c", "pass"]),
    )


def first_frame() -> float:
    """The wizard's first screen, from the start of Python to its first full frame, against a bare app."""
    ours = [sys.executable, "-m", "tests.benchmarks.first_frame", "wizard"]
    widgets = subprocess.run(ours, capture_output=True, text=True, check=True).stdout.strip()
    bare = [sys.executable, "-m", "tests.benchmarks.first_frame", widgets]
    return ratio(lambda: seconds(ours), lambda: seconds(bare))


def exports_of_many() -> float:
    """Exporting for each of 10,000 computers, against each of 1,000."""
    return ratio(
        lambda: exporting.seconds_for_each(exporting.COMPUTERS),
        lambda: exporting.seconds_for_each(exporting.FEWER),
        rounds=5,
    )


def exports_in_all() -> float:
    """Exporting for 10,000 computers, against ten million additions: half a second where the target is 5 s."""
    return ratio(lambda: exporting.seconds_for(exporting.COMPUTERS), exporting.seconds_of_bare_python, rounds=5)


def main() -> None:
    """Print each ratio beside its target."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; medians of {_ROUNDS} rounds")
    with TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": f"{folder}/config", "XDG_STATE_HOME": f"{folder}/state"}
        for title, target, measured in (
            ("--version against python -c pass", 2.0, version),
            ("first full frame against a bare Textual app", 1.3, first_frame),
            ("exporting for 10,000 against 1,000, each", 1.3, exports_of_many),
            ("exporting for 10,000 against 10^7 additions", 10.0, exports_in_all),
        ):
            found = measured()
            print(f"{title:<48} {found:5.2f}×  (target: at most {target}×){'' if found <= target else '  MISSED'}")


if __name__ == "__main__":
    main()
