"""Says what is being waited for and, once that takes a while, for how long and how to stop it."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from screens.widgets.note import Note
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.timer import Timer

_A_WHILE_SECONDS = 2


class Waiting(Note):
    """A note that is there for as long as some work takes; of several, the latest is told of."""

    _latest: Timer | None = None

    @contextlib.contextmanager
    def on(self, sentence: str, hint: str | None = None) -> Iterator[None]:
        """Show the sentence until the block ends; `hint` joins it once the work takes a while."""
        began = time.monotonic()
        told_hint = _("Press Esc to stop.") if hint is None else hint

        def tell() -> None:
            seconds = int(time.monotonic() - began)
            told = _("{work} ({seconds} s).").format(work=sentence, seconds=seconds)
            self.say(f"{told} {told_hint}".rstrip() if seconds >= _A_WHILE_SECONDS else sentence, "busy")

        tell()
        if self._latest:
            self._latest.stop()
        timer = self._latest = self.set_interval(1, tell)
        try:
            yield
        finally:
            timer.stop()
            if self.is_attached and timer is self._latest:
                self.say("")
