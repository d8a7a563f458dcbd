"""Exporting for many computers is as much work for each as for a few."""

from __future__ import annotations

import sys
from typing import Any

from tests.benchmarks import exporting

# A template that is read anew for each takes many times as many.
MOST_CALLS_FOR_EACH = 3300


def calls_for(count: int) -> int:
    """How many calls of functions it takes to export for so many computers."""
    calls = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        exporting.export_for(count)
    finally:
        sys.setprofile(None)
    return calls


def test_the_work_grows_in_line_with_the_number_of_computers() -> None:
    calls_for(5)  # what is made once and kept
    few, twice, many = calls_for(25), calls_for(50), calls_for(100)
    assert many - twice <= 2.05 * (twice - few)
    assert many < 100 * MOST_CALLS_FOR_EACH
