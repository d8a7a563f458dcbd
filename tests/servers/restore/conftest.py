"""An office's file server, which serves ssh and rsync's own service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers.office import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running
