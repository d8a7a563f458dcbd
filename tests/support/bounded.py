"""A limit on what a piece of work may cost: the processor's time, so that a busy machine makes no difference."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SECONDS = 2.0


class TooMuchWork(AssertionError):
    """The work went past the limit, and was stopped."""


@contextlib.contextmanager
def work(what: str = "this", seconds: float = SECONDS) -> Iterator[None]:
    """Stop what is done in the block once it has used so many seconds of the processor; patterns are stopped too."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooMuchWork(f"{what[:200]} took more than {seconds} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
