"""What this computer is called."""

from __future__ import annotations

import platform


def name() -> str:
    """This computer's name, as far as a backup's name can hold it."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in platform.node())
    return kept.split(".")[0].strip("-._").lower()[:32] or "my-computer"
