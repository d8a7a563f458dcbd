"""An office whose account accepts a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.servers.with_password import furnish, office_with_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers.office import Office


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office_with_password(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office(running: Office) -> Office:
    furnish(running)
    return running
