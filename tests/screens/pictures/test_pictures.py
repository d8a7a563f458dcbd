"""Every screen and dialog looks as it did when its picture was last renewed: `make snapshots` renews them all."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.screens.pictures.shown import SCREENS, Shown, arrange
from tests.support.pilot import SIZES
from tests.support.quick import sampled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_SIZES = sampled.first(1, [(size,) for size in (*SIZES, (200, 50))])


@pytest.mark.parametrize("size", _SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
def test_a_screen_looks_as_it_did(
    shown: Shown,
    size: tuple[int, int],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    snap_compare: Callable[..., bool],
) -> None:
    arrange(monkeypatch, home)
    with ExitStack() as stack:
        assert snap_compare(shown.app(stack, home), terminal_size=size, run_before=shown.reach)
