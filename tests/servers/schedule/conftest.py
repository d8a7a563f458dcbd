"""An office's file server, which serves ssh and rsync's own service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data import scheduled
from tests.support.servers import placing
from tests.support.servers.office import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.office import Office
    from wizard.profile import Profile


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office") as running:
        yield running


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    folder.mkdir()
    return folder


@pytest.fixture
def profile(office: Office, source: Path) -> Profile:
    """What is backed up each hour, once it is set up."""
    scheduled.fill(source, 3)
    return scheduled.with_schedule(placing.profile_for(office, "rrsync", source))
