"""Commands that are pasted into a shell: quoted values, in lines that every shell takes whole.

A terminal hands over 4095 bytes of a line at most, and the line editor of busybox keeps 1023 of them. What is quoted
ends its quotes in the same line, or an interactive shell might replace a `!` in it by a command of before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1000
_MOST_QUOTED = 800
_BARE = re.compile(r"[A-Za-z0-9_@%+:,./-]{1,100}", re.ASCII)
_QUOTE = "'\\''"
_NEXT_LINE = "\\\n"


def quoted(text: str) -> str:
    """A word as the shell reads back just that; one that is too long for a line goes on in the next."""
    if _BARE.fullmatch(text):
        return text
    return _NEXT_LINE.join("'" + piece.replace("'", _QUOTE) + "'" for piece in _pieces(text))


def command(*words: str) -> str:
    """Those words, which are quoted already, in as few lines as hold them."""
    text = ""
    for word in words:
        last, first = text.rpartition("\n")[2], word.partition("\n")[0]
        if not text:
            text = word
        elif len(f"{last} {first}".encode()) < MOST_BYTES:
            text += f" {word}"
        else:
            text += f" {_NEXT_LINE}{word}"
    return text


def _pieces(text: str) -> Iterator[str]:
    """Parts that are short enough with their quotes, cut before a space where there is one."""
    while _size(text) > _MOST_QUOTED:
        end = _MOST_QUOTED
        while _size(text[:end]) > _MOST_QUOTED:
            end -= end // 8
        end = max(text.rfind(" ", 1, end), 0) or end
        yield text[:end]
        text = text[end:]
    yield text


def _size(text: str) -> int:
    return len(text.encode()) + (len(_QUOTE) - 1) * text.count("'")
