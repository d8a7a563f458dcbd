"""Sizing folders against du."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, make_tree, ratio, seconds
from wizard.client.folders import folder_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = 100_000


def rows() -> Iterator[Row]:
    """One folder of many."""
    with TemporaryDirectory() as place:
        tree = make_tree(Path(place), _FILES)
        found = ratio(lambda: asyncio.run(_ours(tree)), lambda: seconds(["du", "-s", tree]), rounds=7)
        yield Row(f"sizing a folder of {_FILES:,} files against du -s", found, 2.0)


async def _ours(folder: Path) -> float:
    began = time.perf_counter()
    async for _ in folder_sizes.measure(str(folder)):
        pass
    return time.perf_counter() - began
