"""The speed targets, each against a yardstick that is measured in the same run.

With names of modules, only theirs are measured.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from tempfile import TemporaryDirectory

# Each has a function `rows`, which yields a `Row` for every target that it measures.
_MODULES = (
    *("start_up", "sizing", "probes", "exporting", "dry_run_screen", "restore_screen", "transfers", "restores"),
    *("status", "versions"),
)


def main() -> None:
    """Print each finding beside its target."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    print(f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}; medians, measured in turns")
    with TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": f"{folder}/config", "XDG_STATE_HOME": f"{folder}/state"}
        for module in sys.argv[1:] or _MODULES:
            for row in import_module(f"tests.benchmarks.{module}").rows():
                print(row, flush=True)


if __name__ == "__main__":
    main()
