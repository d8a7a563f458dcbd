"""What a terminal takes as an order and not as text."""

from __future__ import annotations

import unicodedata

_ORDERS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

# ESC and its eight-bit form, an erasing one, what turns writing around or takes no room, and a byte that is no text.
HIDDEN = "\x1b\x9b\x08\r\x07\x7f\x85\u202e\u202d\u2066\u2069\u061c\u200b\u200d\u2060\ufeff\u00ad\u2028\udc9b"


def orders(shown: str) -> list[str]:
    """All of it that is in what a terminal is sent."""
    return [sign for sign in shown if unicodedata.category(sign) in _ORDERS and sign != "\n"]
