"""How ssh reads the values of its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def literal(path: Path) -> str:
    """A path as ssh reads it in an option: in quotes, with its %-tokens kept from being expanded."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
