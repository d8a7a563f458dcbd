"""The core knows nothing of screens: none of its modules brings a toolkit for screens along."""

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import wizard

ROOT = Path(__file__).parents[3]
MODULES = sorted(module.name for module in pkgutil.walk_packages(wizard.__path__, "wizard."))

# Prints the module that was the first to bring screens along, if any did.
IMPORT = """\
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
    if {"textual", "rich", "screens"} & set(sys.modules):
        print(module)
        break
"""


def _bringer(*modules: str) -> str:
    argv = [sys.executable, "-c", IMPORT, *modules]
    done = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_everything_in_the_walk_has_its_place_in_the_layers() -> None:
    """lint-imports says nothing of a module that no layer names; a step is in the layer of the folder it is in."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = " | ".join(settings["tool"]["importlinter"]["contracts"][0]["layers"]).split(" | ")
    walk = {path.stem for path in (ROOT / "wizard/walk").iterdir()} - {"__init__", "__pycache__"}
    assert {f"wizard.walk.{name}" for name in walk} <= set(layers)


def test_every_module_of_the_core_is_looked_at() -> None:
    files = {path for path in (ROOT / "wizard").rglob("*.py") if path.name != "__init__.py"}
    assert len(MODULES) >= len(files)
    assert "wizard.cli" in MODULES


def test_a_fresh_interpreter_imports_the_core_without_screens() -> None:
    assert _bringer(*MODULES) == ""


def test_screens_would_be_noticed() -> None:
    assert _bringer("wizard.profile", "screens.app", "wizard.walk.steps") == "screens.app"
