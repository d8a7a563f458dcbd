"""Cases of which `make test` tries a few that stand for the others; `make test-attacks` tries all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark import ParameterSet


def first(count: int, cases: Iterable[object]) -> list[ParameterSet]:
    """The cases, of which those after the first `count` are left to `--every-case`; a tuple holds several values."""
    return [_case(one, is_tried=place < count) for place, one in enumerate(cases)]


def _case(one: object, *, is_tried: bool) -> ParameterSet:
    values = one if isinstance(one, tuple) else (one,)
    return pytest.param(*values, marks=[] if is_tried else [pytest.mark.every_case])
