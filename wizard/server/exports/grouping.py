"""One text over many files: which part belongs into which."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE = "# " + "=" * 68


def by_file(parts: Iterable[tuple[str, str]]) -> str:
    """The parts under the name of their file, in the order in which the files are first named."""
    files: dict[str, list[str]] = {}
    for name, text in parts:
        files.setdefault(name, []).append(text)
    return "\n".join(f"{_RULE}\n# {name}\n{_RULE}\n\n" + "\n".join(texts) for name, texts in files.items())
