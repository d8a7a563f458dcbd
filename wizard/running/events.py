"""What a real backup tells while it runs, beside what rsync itself tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.client import rsync
from wizard.running.comparing import unnoticed
from wizard.schemes.parts import elsewhere
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from wizard.running.comparing.verification import Verification
    from wizard.running.compression import CompressionChoice
    from wizard.running.report import Report
    from wizard.trouble import Trouble


class Begun(msgspec.Struct, frozen=True):
    """The first event; `is_fresh` where nothing of this backup can be on the server yet.

    `warning` is what the person has to know of the run before this one.
    """

    choice: CompressionChoice
    is_fresh: bool
    warning: str = ""


class Planned(msgspec.Struct, frozen=True):
    """How many bytes are still to be sent, and of how many altogether: the rest is on the server already."""

    to_send: int
    total: int


class Retry(msgspec.Struct, frozen=True):
    """The connection dropped, and after a pause it is tried again: the `number`th try of all."""

    trouble: Trouble
    seconds: float
    number: int


class Looking(msgspec.Struct, frozen=True):
    """All is sent, and the server is asked whether it has what is here."""


class Result(msgspec.Struct, frozen=True):
    """The last event: what the last try did, how many there were, and what was found afterwards.

    What was deleted is counted over all tries. `verification` is `None` where there was nothing more to see. `cut` are
    the files, with their sizes, of which a broken try, or a failed run before, may have left a part on the server.
    `unmarked` is why a complete run could not leave its mark there (`server/complete_mark.py`). `unnoticed` are files
    that may have changed and look as before, and could not be sent.
    """

    report: Report
    tries: int
    verification: Verification | None
    cut: dict[str, int] = {}
    unmarked: str = ""
    unnoticed: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all is on the server that it takes; an append-only one keeps its old versions of changed files."""
        found = self.verification
        return self.report.is_whole and not (found and (found.differing or found.missing))

    @property
    def is_whole(self) -> bool:
        """Whether all is on the server."""
        return self.report.is_whole and self._is_as_here

    @property
    def is_good(self) -> bool:
        """Whether all is on the server but for a few files here that could not be read."""
        return self.is_whole or (0 < 2 * self.report.unread_count < self.report.entries and self._is_as_here)

    @property
    def _only_adds(self) -> bool:
        found = self.verification
        return elsewhere.is_away(self.report.profile) and not (found and (found.differing or found.missing))

    @property
    def _is_as_here(self) -> bool:
        return self.verification is None or self.verification.is_good

    @property
    def sentence(self) -> str:
        """What was done, in words; only what is whole is called done, and what was deleted is always named."""
        totals, unread = self.report.totals, self.report.unread_count
        if self.is_whole:
            told = _("Done. {total}: {new} new, {changed} changed, {deleted} deleted. Sent {size} in {time}.")
        elif unread and self._is_as_here:
            told = _(
                "{backed_up} of {total} backed up; {unread} could not be read. {new} new, {changed} changed,"
                " {deleted} deleted. Sent {size} in {time}."
            )
        elif self._only_adds and self.report.is_whole:
            told = _(
                "Only new files were added, as from here the server allows no more. {total}: {new} new. Sent {size} in"
                " {time}. Next time at your usual address, the rest follows."
            )
        else:
            told = _(
                "Backed up with problems. {total}: {new} new, {changed} changed, {deleted} deleted. Sent {size} in"
                " {time}."
            )
        told = told.format(
            total=display.entries(self.report.entries),
            backed_up=display.number(self.report.entries - unread),
            unread=display.number(unread),
            new=display.number(totals.new),
            changed=display.number(totals.changed),
            deleted=display.number(totals.deleted),
            size=display.size(totals.bytes_to_send),
            time=display.duration(round(self.report.seconds)),
        )
        if self.tries == 1:
            return told
        tries = ngettext("It took {count} try.", "It took {count} tries.", self.tries).format(count=self.tries)
        return f"{told} {tries}"

    @property
    def told(self) -> str:
        """The same, after what was found afterwards."""
        found = self.verification.sentence if self.verification else ""
        return " ".join(filter(None, (found, unnoticed.in_words(self.unnoticed), self.sentence)))

    def as_json(self) -> dict[str, object]:
        """The object that `run --json` prints."""
        verified = self.verification.as_json() if self.verification else None
        whole = {"whole": self.is_whole, "tries": self.tries, "verified": verified}
        return self.report.as_json() | whole | {"unnoticed": list(map(display.printable, self.unnoticed))}


Event = rsync.Event | Begun | Planned | Retry | Looking | Result
