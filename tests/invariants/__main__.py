"""Takes each guard of each invariant out, in a copy of the tree, and sees that a test which names it goes red.

Usage: python -m tests.invariants [WORDS OF A GUARD…]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.invariants.guard import ROOT, Guard
from tests.invariants.guards import GUARDS

_COPIED = ("wizard", "screens", "tests", "assets", "pyproject.toml", "Makefile", "README.md")
_ALL_PASSED, _SOME_FAILED = 0, 1


def is_red_without(guard: Guard, tree: Path) -> bool | None:
    """Whether one of its tests fails without the guard; nothing is known where they could not even be run."""
    file = tree / guard.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(guard.there, guard.gone), "utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "--every-case", "--exitfirst", "-p", "no:cacheprovider", *guard.tests]
    ended = subprocess.run(argv, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True)
    file.write_text(whole, "utf-8")
    return {_ALL_PASSED: False, _SOME_FAILED: True}.get(ended.returncode)


def main(words: list[str]) -> int:
    """Print a line for each guard; the exit code is 1 if one can go without any test noticing it."""
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        for name in _COPIED:
            copied = ROOT / name
            (shutil.copytree if copied.is_dir() else shutil.copy2)(copied, tree / name)
        (tree / ".make").symlink_to(ROOT / ".make")  # the rsyncs of other systems
        for guard in GUARDS:
            if words and not any(word in guard.what for word in words):
                continue
            red = is_red_without(guard, tree)
            unnoticed += red is not True
            colour = {True: "red", False: "GREEN", None: "NOT RUN"}[red]
            print(f"{guard.invariant}  {colour:7}  {guard.what}", flush=True)
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
