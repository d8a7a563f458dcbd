"""The house stays one in which things are found: short files, small folders, and imports that run in no circle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Container

ROOT = Path(__file__).parents[3]
TREES = ("wizard", "screens", "tests")
MOST_LINES = 300
MOST_FILES = 15  # side by side, `__init__.py` aside


def _files(tree: str) -> list[Path]:
    return sorted((ROOT / tree).rglob("*.py"))


@pytest.mark.parametrize("tree", TREES)
def test_no_file_is_too_long(tree: str) -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in _files(tree)}
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} == set()


@pytest.mark.parametrize("tree", TREES)
def test_no_folder_is_too_full(tree: str) -> None:
    counts: dict[str, int] = {}
    for file in _files(tree):
        folder = str(file.parent.relative_to(ROOT))
        counts[folder] = counts.get(folder, 0) + (file.name != "__init__.py")
    assert {name for name, count in counts.items() if count > MOST_FILES} == set()


@pytest.mark.parametrize("trees", [("wizard", "screens"), ("tests",)], ids="-".join)
def test_imports_run_in_no_circle(trees: tuple[str, ...]) -> None:
    assert _circle({_name(file): file for tree in trees for file in _files(tree)}) == []


def test_a_circle_is_noticed(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "three"), ("three", "one")):
        (tmp_path / f"{name}.py").write_text(f"import {other}\n")
    circle = _circle({file.stem: file for file in tmp_path.iterdir()})
    assert {*circle} == {"one", "two", "three"}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _circle(files: dict[str, Path]) -> list[str]:
    """The modules of a circle, if there is one; what is imported for types alone, or when it is needed, makes none."""
    imports = {name: _imported(file, files) - {name} for name, file in files.items()}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def _imported(file: Path, files: Container[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in files else node.module for name in names}
    return {name for name in found if name in files}
