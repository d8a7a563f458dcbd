"""What `test_script_raced` tries at some moments, at every one."""

from __future__ import annotations

import pytest

from tests.servers.script.test_script_raced import office, test_links_that_are_planted_at_any_moment_gain_nothing

__all__ = ["office", "test_links_that_are_planted_at_any_moment_gain_nothing"]


@pytest.fixture
def every() -> int:
    return 1
