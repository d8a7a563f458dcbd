"""The texts that the code marks for translation."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECKOUT = Path(__file__).parents[3]
FILES = [file for folder in ("screens", "wizard") for file in sorted((_CHECKOUT / folder).rglob("*.py"))]
_MARKS = frozenset({"_", "N_", "ngettext"})


def marked(file: Path) -> Iterator[str]:
    """Those of one file."""
    return _marked(ast.walk(ast.parse(file.read_text("utf-8"))))


def made_on_import(file: Path) -> Iterator[str]:
    """Those of them that are translated once, when the file is imported."""
    return _marked(_run_on_import(ast.parse(file.read_text("utf-8"))), by=_MARKS - {"N_"})


def _marked(nodes: Iterator[ast.AST], by: frozenset[str] = _MARKS) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in by:
            literals = (part.value for part in node.args if isinstance(part, ast.Constant))
            yield from (text for text in literals if isinstance(text, str))


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _run_on_import(child)
