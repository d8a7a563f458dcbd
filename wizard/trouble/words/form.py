"""The form in which every kind of failure is explained."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec

from wizard.text.language import N_, _


class Who(StrEnum):
    """Who can fix it."""

    YOU = auto()
    ADMIN = auto()
    NOBODY = auto()

    @property
    def words(self) -> str:
        """Who fixes it, as a sentence of its own without a full stop."""
        return _(_WORDS[self])

    @property
    def aside(self) -> str:
        """The same in the middle of a line."""
        return _(_ASIDES[self])


_WORDS = {
    Who.YOU: N_("You can fix this"),
    Who.ADMIN: N_("Your admin needs to fix this"),
    Who.NOBODY: N_("Try again later"),
}
_ASIDES = {
    Who.YOU: N_("you can fix this"),
    Who.ADMIN: N_("your admin needs to fix this"),
    Who.NOBODY: N_("try again later"),
}


class Words(msgspec.Struct, frozen=True):
    """The texts for one kind; `{about}`, `{host}` and the like are filled in. `what` has no full stop."""

    what: str
    who: Who
    to_do: str
    forward: str = ""


YOU, ADMIN, NOBODY = Who.YOU, Who.ADMIN, Who.NOBODY
SEND = N_("Send your admin this message.")
TAKEN_OVER = N_(
    "Did another computer take over this backup? Then that is why: forget “{name}” here. If not, send your admin this"
    " message."
)
