"""The wizard in a terminal of its own, before which somebody types until that is kept, and then kills it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import time
from typing import TYPE_CHECKING

import screens.app
import screens.steps.registry
import wizard.walk.steps
from tests.support.quick import warm
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SECONDS = 60  # for what never comes

# Read once, before the process forks for each wizard.
for _step in wizard.walk.steps.Step:
    screens.steps.registry.screen_for(_step)


def type_and_kill(name: str, way: str, typed: str) -> None:
    """Go on with a backup, press keys on the way, each behind a text that is shown, type, and `kill -9` once kept."""
    kept = paths.walk_state(name) / "typed.json"
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        os._exit(warm.command(name))
    try:
        person = _Person(terminal)
        for shown, keys in json.loads(way):
            person.wait_for(shown)
            os.write(terminal, keys.encode())
        os.write(terminal, typed.encode())
        person.wait_until(lambda: kept.exists() and typed in kept.read_text(), f"“{typed}” is not kept")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


class _Person:
    def __init__(self, terminal: int) -> None:
        self._terminal, self._shown = terminal, ""

    def wait_for(self, text: str) -> None:
        self.wait_until(lambda: text in self._shown, f"“{text}” is not shown")

    def wait_until(self, holds: Callable[[], bool], why_not: str) -> None:
        end = time.monotonic() + _MOST_SECONDS
        while not holds():
            assert time.monotonic() < end, f"{why_not}; the terminal got {self._shown[-3000:]!r}"
            if select.select([self._terminal], [], [], 0.01)[0]:
                self._shown += os.read(self._terminal, 1 << 16).decode(errors="replace")
