"""Sizes as people write them."""

from __future__ import annotations

import pytest

from wizard.text import display


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (8, "8 bytes"),
        (999, "999 bytes"),
        (999.7, "1.0 kB"),
        (1000, "1.0 kB"),
        (503_000, "503.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (3_400_000_000, "3.4 GB"),
        (2**60, "1.2 EB"),
        (10**24, "1000000.0 EB"),
    ],
)
def test_a_size_is_told_in_its_unit(count: float, shown: str) -> None:
    assert display.size(count) == shown
