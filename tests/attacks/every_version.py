"""What `test_reading` tries with two rsyncs, with every version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.line import VERSIONS, Line
from tests.attacks.test_reading import (
    choice,
    test_nothing_is_read_by_two_visits_at_once,
    test_nothing_is_read_through_hard_links,
    test_nothing_is_read_through_sums,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "choice",
    "test_nothing_is_read_by_two_visits_at_once",
    "test_nothing_is_read_through_hard_links",
    "test_nothing_is_read_through_sums",
]


@pytest.fixture(params=VERSIONS)
def line(request: pytest.FixtureRequest, tmp_path: Path, choice: str) -> Line:
    return Line(tmp_path, str(request.param), choice)
