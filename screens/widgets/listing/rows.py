"""What a list shows: some entries of a practice run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.text.display import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wizard.running.listing import Listing


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a sign for what would be done, a size in bytes where it means anything, and the text."""

    text: str
    sign: str = " "
    size: int | None = None


@dataclass
class EntryRows:
    """Some entries of a listing, by their numbers in it; they may become more. `empty` says that there are none."""

    listing: Listing
    numbers: Callable[[], Sequence[int]]
    empty: str

    def __len__(self) -> int:
        return len(self.numbers())

    def row(self, number: int) -> Row:
        """One entry."""
        entry = self.listing.entry(self.numbers()[number])
        if entry.is_deleted:
            return Row(printable(entry.path), "−")
        is_sent = entry.change[1] == "f" and entry.change[0] in "<>"
        sign = "+" if entry.is_new else "~" if is_sent else "·"
        return Row(printable(entry.path), sign, entry.size if is_sent else None)
