"""Long work on the screen's own thread, in slices between which keys are answered."""

from __future__ import annotations

import asyncio
import time

WORK_SECONDS = 0.005
_REST_SECONDS = 0.005


class Pace:
    """Says when a slice is over: a key is then at most a slice away from its answer."""

    def __init__(self) -> None:
        self._until = time.perf_counter() + WORK_SECONDS

    async def keep(self) -> None:
        """Rest if it is time to; in between, this costs next to nothing."""
        if time.perf_counter() >= self._until:
            await asyncio.sleep(_REST_SECONDS)
            self._until = time.perf_counter() + WORK_SECONDS
