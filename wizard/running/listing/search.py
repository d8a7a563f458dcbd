"""Looking for a part of a name in a list of any length, a slice at a time."""

from __future__ import annotations

import time
import unicodedata
from array import array
from typing import TYPE_CHECKING

from wizard.client.rsync import listed
from wizard.text.display import printable

if TYPE_CHECKING:
    from wizard.running.listing.store import Store


class Search:
    """The numbers of the entries in whose names, as they are shown, a text occurs, in capitals or not.

    The list may grow while it is searched; `advance` then has more to do.
    """

    def __init__(self, store: Store, text: str) -> None:
        self.matches = array("I")
        self.text = text
        self._store = store
        self._next = 0
        # macOS stores an accent as a character of its own (NFD).
        self._forms = tuple({unicodedata.normalize(form, text).lower() for form in ("NFC", "NFD")})

    @property
    def looked_at(self) -> int:
        """How many entries were looked at so far."""
        return self._next

    @property
    def is_done(self) -> bool:
        """Whether all that is there by now was looked at."""
        return self._next == self._store.count

    def advance(self, seconds: float) -> bool:
        """Look on for about that long; whether all that is there by now was looked at."""
        end = time.perf_counter() + seconds
        for first, block in self._store.blocks(self._next):
            lines = _shown(block.decode(errors="surrogateescape")).split("\n")[:-1]
            start = self._next - first
            found = {
                number
                for form in self._forms
                for number, line in enumerate(lines[start:], self._next)
                if form in line and form in listed.name_in(line)
            }
            self.matches.extend(sorted(found))
            self._next = first + len(lines)
            if time.perf_counter() >= end:
                break
        return self.is_done


def _shown(lines: str) -> str:
    if "\\#" in lines or not lines.replace("\n", "").isprintable():
        lines = "\n".join(printable(listed.unescaped(line)) for line in lines.split("\n"))
    return lines.lower()
