"""Long work on the screen's own thread, in slices between which keys are answered."""

from __future__ import annotations

import asyncio
import time

WORK_SECONDS = 0.005
_REST_SECONDS = 0.005
_ANSWER_SECONDS = 0.025  # what a key changes is painted up to a sixtieth of a second after it was dealt with
_ANSWER_TURNS = 10  # of the event loop: a key goes from app to screen to widget, and what it changes comes back


class Pace:
    """Says when a slice is over; a key or the mouse makes all long work wait until it is answered."""

    _deeds = 0
    _answered_by = 0.0

    def __init__(self) -> None:
        self._seen = Pace._deeds
        self._until = time.perf_counter() + WORK_SECONDS

    @classmethod
    def give_way(cls) -> None:
        """A person did something: the next slice has to wait."""
        cls._deeds += 1
        cls._answered_by = time.perf_counter() + _ANSWER_SECONDS

    async def keep(self) -> None:
        """Rest if it is time to; in between, this costs next to nothing."""
        if self._seen == Pace._deeds and time.perf_counter() < self._until:
            return
        await asyncio.sleep(_REST_SECONDS)
        while self._seen != Pace._deeds:
            self._seen = Pace._deeds
            await asyncio.sleep(max(self._answered_by - time.perf_counter(), 0))
            # On a busy machine that time is over before all who have a part in the answer had their turn.
            for _ in range(_ANSWER_TURNS):
                await asyncio.sleep(0)
        self._until = time.perf_counter() + WORK_SECONDS
