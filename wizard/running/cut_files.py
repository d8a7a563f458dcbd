"""The files that were being sent when a connection was lost: of each, the server may have kept a part that stays there.

rsync on the server removes its temporary file as it ends, unless it is killed (or the whole server goes down). A later
run that deletes removes that file too; any other leaves it there (seen with rsync 3.1.3 to 3.5). A key that may only
write can't look, so all that is known here is which file it would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.failure import Kind
from wizard.text import display
from wizard.text.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.client import rsync

_DROPPED = {Kind.CONNECTION_CUT, Kind.HUNG_UP, Kind.TIMED_OUT, Kind.SERVER_BUSY}
_GONE_MEANWHILE = {
    *(Kind.HOST_UNREACHABLE, Kind.NAME_UNKNOWN, Kind.PORT_CLOSED, Kind.DAEMON_CLOSED, Kind.SERVER_SILENT),
    *(Kind.JUMP_NAME_UNKNOWN, Kind.JUMP_UNREACHABLE, Kind.JUMP_CANT_CONNECT),
}
_MOST_NAMED = 5
_MOST_KEPT = 20


class CutFiles:
    """Collects them, from earlier runs that failed on; each with its size in bytes."""

    def __init__(self, before: Mapping[str, int]) -> None:
        self._files = dict(before)
        self._at_hand: rsync.Entry | None = None

    @property
    def files(self) -> dict[str, int]:
        """The last of them."""
        return dict(list(self._files.items())[-_MOST_KEPT:])

    def note(self, entries: rsync.Entries) -> None:
        """See what is being sent: rsync lists a file as it begins with it."""
        last = entries.last
        if last and last.is_sent:
            self._at_hand = last

    def lose_connection(self) -> None:
        """What was being sent is one of them."""
        if self._at_hand:
            self._files[self._at_hand.path] = self._at_hand.size
        self._at_hand = None


def may_come_back(kind: Kind, *, has_begun: bool) -> bool:
    """Whether that is a connection which was lost, so that a new try may work; more kinds are once a run has begun."""
    return kind in _DROPPED or (has_begun and kind in _GONE_MEANWHILE)


def in_words(files: Mapping[str, int]) -> str:
    """What may be left of them on the server, and who can remove it; nothing where there are none."""
    if not files:
        return ""
    listed = [f"{display.printable(path)} ({display.size(size)})" for path, size in list(files.items())[:_MOST_NAMED]]
    more = len(files) - len(listed)
    named = ", ".join(listed)
    if more:
        named = ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=named, count=more)
    first = display.printable(next(iter(files)).rpartition("/")[2])
    told = ngettext(
        "The connection was lost while sending {names}. If rsync was killed on the server too, a part of the file may"
        " be left beside it, called “.{name}.” and six characters. Backups don't remove that; your admin can.",
        "The connection was lost while sending {names}. If rsync was killed on the server too, parts of the files may"
        " be left beside them, like “.{name}.” and six characters. Backups don't remove those; your admin can.",
        len(files),
    )
    return told.format(names=named, name=first)
