"""What a real backup tells while it runs, beside what rsync itself tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.client import rsync
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from wizard.running.compression import CompressionChoice
    from wizard.running.report import Report
    from wizard.running.verification import Verification
    from wizard.trouble import Trouble

_VANISHED = 24


class Begun(msgspec.Struct, frozen=True):
    """The first event; `is_fresh` where nothing of this backup can be on the server yet."""

    choice: CompressionChoice
    is_fresh: bool


class Retry(msgspec.Struct, frozen=True):
    """The connection dropped, and after a pause it is tried again: the `number`th try of all."""

    trouble: Trouble
    seconds: float
    number: int


class Looking(msgspec.Struct, frozen=True):
    """All is sent, and the server is asked whether it has what is here."""


class Result(msgspec.Struct, frozen=True):
    """The last event: what the last try did, how many there were, and what was found afterwards.

    What was deleted is counted over all tries. `verification` is `None` where there was nothing more to see.
    """

    report: Report
    tries: int
    verification: Verification | None

    @property
    def is_whole(self) -> bool:
        """Whether all is on the server; what went away while it was read is no part of it any more."""
        return self.report.exit_code in {0, _VANISHED} and (self.verification is None or self.verification.is_good)

    @property
    def sentence(self) -> str:
        """What was done, in words; only what is whole is called done."""
        totals = self.report.totals
        done = _("Done. {total}: {new} new, {changed} changed, {deleted} deleted. Sent {size} in {time}.")
        partly = _(
            "Backed up with problems. {total}: {new} new, {changed} changed, {deleted} deleted. Sent {size} in {time}."
        )
        told = (done if self.is_whole else partly).format(
            total=display.entries(totals.files),
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

    def as_json(self) -> dict[str, object]:
        """The object that `run --json` prints."""
        verified = self.verification.as_json() if self.verification else None
        return self.report.as_json() | {"whole": self.is_whole, "tries": self.tries, "verified": verified}


Event = rsync.Event | Begun | Retry | Looking | Result
