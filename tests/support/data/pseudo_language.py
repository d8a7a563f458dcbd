"""A language that is 35 % longer than English, so that a text which is cut off shows before anybody translates it."""

from __future__ import annotations

import re
from gettext import NullTranslations

LONGER_BY = 0.35
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_ACCENTED = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
_PADDING = "ëtàbî"


class PseudoLanguage(NullTranslations):
    """Each message with accents, and longer at its end; placeholders stay."""

    def gettext(self, message: str) -> str:
        """The message in this language."""
        parts = _PLACEHOLDER.split(message)
        accented = "".join(part if _PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTED) for part in parts)
        missing = max(1, round(len(message) * LONGER_BY))
        words = [_PADDING] * (missing // (len(_PADDING) + 1)) + [_PADDING[: missing % (len(_PADDING) + 1)]]
        return f"{accented} {' '.join(words)}".rstrip()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same for a count."""
        return self.gettext(msgid1 if n == 1 else msgid2)
