"""What asking further brought to light about a failure, and how sure it is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from wizard.failure import Kind
    from wizard.trouble.words import Who


class Sure(StrEnum):
    """How sure a finding is."""

    SURELY = "surely"
    PROBABLY = "probably"
    CANT_TELL = "can't tell"


class Diagnosis(msgspec.Struct, frozen=True):
    """What was found, as a sentence, or what can't be told, as the rest of one.

    What it changes of the explanation stands beside it.
    """

    sure: Sure = Sure.CANT_TELL
    text: str = ""
    kind: Kind | None = None
    who: Who | None = None
    to_do: str = ""
    forward: str = ""
    raw: str = ""

    @property
    def sentence(self) -> str:
        """How sure it is, and what was found."""
        if self.sure is Sure.CANT_TELL:
            return f"Can't tell {self.text}" if self.text else ""
        return f"{self.sure.value.capitalize()}: {self.text}"
