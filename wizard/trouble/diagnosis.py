"""What a closer look told about a failure, and how sure that is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.failure import Kind
    from wizard.trouble.words import Who


class Sure(StrEnum):
    """How sure a finding is."""

    SURELY = "surely"
    PROBABLY = "probably"
    CANT_TELL = "can't tell"


class Diagnosis(msgspec.Struct, frozen=True):
    """What was found, or what can't be known, in whole sentences.

    The other fields replace that part of the failure's explanation.
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
        """What was found; what is only likely says so."""
        return _("Probably: {finding}").format(finding=self.text) if self.sure is Sure.PROBABLY else self.text
