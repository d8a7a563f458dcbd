"""Long work on the screen's own thread, in slices between which keys are answered."""

from __future__ import annotations

import asyncio
import time

WORK_SECONDS = 0.005
_REST_SECONDS = 0.005
_ANSWER_SECONDS = 0.02


class Pace:
    """Says when a slice is over; a key or the mouse makes all long work wait until it is answered."""

    _answered_by = 0.0

    def __init__(self) -> None:
        self._until = time.perf_counter() + WORK_SECONDS

    @classmethod
    def give_way(cls) -> None:
        """A person did something: the next slice has to wait."""
        cls._answered_by = time.perf_counter() + _ANSWER_SECONDS

    async def keep(self) -> None:
        """Rest if it is time to; in between, this costs next to nothing."""
        now = time.perf_counter()
        if now >= self._until or now < self._answered_by:
            await asyncio.sleep(max(_REST_SECONDS, self._answered_by - now))
            self._until = time.perf_counter() + WORK_SECONDS
