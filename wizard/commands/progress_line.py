"""How far a backup is, while it runs: one line that changes on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time

from wizard import console, printing
from wizard.client import rsync
from wizard.restore import events as restoring
from wizard.running import backing_up
from wizard.running.progress_estimate import estimate
from wizard.text import display
from wizard.text.language import _

_ON_TERMINAL_SECONDS = 0.2
_ELSEWHERE_SECONDS = 30.0
_ERASE = "\r\x1b[K"


class ProgressLine:
    """Takes the events of a backup or a restore, and says on standard output what there is to say."""

    def __init__(self, *, is_restore: bool = False) -> None:
        self._is_restore = is_restore
        self._is_terminal = sys.stdout.isatty()
        self._pause = _ON_TERMINAL_SECONDS if self._is_terminal else _ELSEWHERE_SECONDS
        self._told = time.monotonic() if not self._is_terminal else 0.0
        self._is_fresh = False
        self._planned: backing_up.Planned | None = None
        self._at_hand = self._how = ""

    @property
    def is_watched(self) -> bool:
        """Whether somebody may be looking on."""
        return self._is_terminal

    def take(self, event: backing_up.Event | restoring.Event) -> None:
        """Say what has to be said of an event."""
        match event:
            case backing_up.Begun():
                self._is_fresh, self._how = event.is_fresh, console.begun(event)
                if event.warning:
                    self._say(event.warning)
            case backing_up.Planned():
                self._planned = event
            case backing_up.Retry():
                self._say(console.retry(event))
            case backing_up.Looking() if not self._how:  # a run that had nothing to do is told in few lines
                self._say(_("Checking the backup on the server …"))
            case restoring.Comparing():
                self._say(_("Comparing the files with the server …"))
            case rsync.Entries():
                self._say_how()
                self._at_hand = event.last.path if event.last else self._at_hand
            case rsync.Progress():
                self._show(event)

    def clear(self) -> None:
        """Leave the line empty for what follows."""
        if self._is_terminal:
            printing.out(_ERASE)

    def _show(self, progress: rsync.Progress) -> None:
        now = time.monotonic()
        if now - self._told < self._pause:
            return
        self._told = now
        told = estimate(progress, is_fresh=self._is_fresh, planned=self._planned)
        far = console.progress(progress, told, is_restore=self._is_restore)
        line = display.printable(f"{far} · {self._at_hand}")
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            printing.out(f"{_ERASE}{line[:width]}")
        else:
            console.say(line)

    def _say_how(self) -> None:
        if self._how:
            self._say(self._how)
            self._how = ""

    def _say(self, text: str) -> None:
        self.clear()
        console.say(text)
