"""A run that has changed or deleted most of the backup is told of at the next one, by the record that is kept here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard.client.rsync import Totals
from wizard.profile import VersionsSettings
from wizard.running import history

if TYPE_CHECKING:
    from wizard.running.record import LastResult

BEGAN = datetime(2026, 11, 24, 10, 25, tzinfo=UTC)


def note(result: LastResult, **totals: int) -> None:
    history.note("amamac", BEGAN, "person", result, Totals(**totals) if totals else None)


@pytest.mark.parametrize(
    ("totals", "is_told"),
    [
        ({"files": 100, "new": 100}, False),  # a first backup
        ({"files": 100, "changed": 49}, False),
        ({"files": 100, "changed": 51}, True),
        ({"files": 30, "changed": 19}, False),  # few
        ({"files": 100, "new": 90, "deleted": 90}, True),  # encrypted, under other names
        ({"files": 10, "deleted": 90}, True),
        ({"files": 100, "new": 90}, False),
    ],
)
def test_most_is_more_than_half_and_not_a_few(totals: dict[str, int], is_told: bool) -> None:
    note("done", **totals)
    assert bool(history.warning(a_profile())) is is_told


def test_the_last_run_that_came_to_its_end_counts_and_versions_are_named_only_where_some_are_kept() -> None:
    assert history.warning(a_profile()) == ""
    note("done", files=100, changed=80, deleted=20)
    note("failed")
    told = history.warning(a_profile())
    assert "changed or deleted 100 of 120 files and folders." in told
    assert "earlier" not in told
    keeps = a_profile(versions=VersionsSettings(keep="server"))
    assert "choose an earlier day" in history.warning(keeps)
    note("done", files=100)
    assert history.warning(keeps) == ""
