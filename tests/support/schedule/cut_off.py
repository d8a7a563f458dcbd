"""Ending the work on a schedule at each of its steps in turn, as if the program was killed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wizard.schedule import schedulers
from wizard.schedule.schedulers import State, cron, launchd, scheduler, systemd
from wizard.storage import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STEPS = (
    (files, "replace"),
    (files, "remove"),
    (scheduler, "run"),
    (systemd, "run"),
    (systemd, "must"),
    (launchd, "run"),
    (launchd, "must"),
    (cron, "must"),
)


class CutOffError(BaseException):
    """The program ended here."""


def at_each_step(work: Callable[[], object], begin: Callable[[], object]) -> Iterator[int]:
    """Begin anew and cut the work off before its first step, then before its second, until it comes to its end."""
    last = 0
    while True:
        begin()
        left = last
        with pytest.MonkeyPatch.context() as patch:

            def counted(do: Callable[..., Any]) -> Callable[..., Any]:
                def step(*arguments: Any, **named: Any) -> Any:
                    nonlocal left
                    if left == 0:
                        raise CutOffError
                    left -= 1
                    return do(*arguments, **named)

                return step

            for module, name in _STEPS:
                patch.setattr(module, name, counted(getattr(module, name)))
            try:
                work()
            except CutOffError:
                pass
            else:
                return
        yield last
        last += 1


def check(on: Callable[[], object], off: Callable[[], object]) -> int:
    """See that the same call finishes what was cut off, wherever it was; return how often that was tried."""
    tried = 0
    for work, begin in ((on, off), (off, on)):
        for _step in at_each_step(work, begin):
            assert schedulers.state() is not State.CHANGED
            work()
            assert schedulers.state() is (State.OURS if work is on else State.ABSENT)
            tried += 1
    return tried
