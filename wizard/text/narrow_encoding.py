"""Terminals and files whose encoding lacks characters: each is shown as a like one, or as its number."""

from __future__ import annotations

import codecs
import sys

_NAME = "backup-wizard-alike"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("–—·", "-"),
        "…": "...",
        "→": "->",
        "•": "*",
        "✓": "+",
        "✗": "x",
        "\u00a0": " ",
    }
)


def allow() -> None:
    """Let nothing that is printed fail for want of a character."""
    codecs.register_error(_NAME, _alike)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NAME)


def _alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end].translate(_ALIKE)
    return missing.encode("ascii", "backslashreplace").decode(), error.end
