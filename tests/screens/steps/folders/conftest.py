"""A home in which there is something to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def filled_home(home: Path) -> Path:
    """A home with some of the usual folders, and another."""
    for name in ("Documents/Letters", "Documents/Taxes", "Pictures", "Downloads", "Work/2024", ".hidden"):
        (home / name).mkdir(parents=True)
    (home / "Documents/Letters/one.odt").write_bytes(b"x" * 3000)
    (home / "Documents/two.tmp").write_bytes(b"x" * 500_000)
    (home / "Pictures/one.jpg").write_bytes(b"x" * 2_000_000)
    return home
