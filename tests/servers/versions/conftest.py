"""A server that keeps versions of one backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.versions.office import VersionedOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Iterator[VersionedOffice]:
    """It keeps 7 days, 4 weeks and 12 months."""
    with VersionedOffice(tmp_path / "office") as running:
        yield running
