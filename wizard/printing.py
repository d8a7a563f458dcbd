"""What goes to standard output and standard error: a reader who has gone away is no reason to stop the work."""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

# A sign or a number in front of a line, or a title, with what belongs to it behind blanks.
_HANGING = re.compile(r" *(?:(?:[!✓✗?–-]|\d{1,4}\.) +|#? ?\S(?:\S| (?! ))*  +)")


def out(text: str) -> None:
    """Write to standard output at once."""
    _write(sys.stdout, text)


def error(text: str) -> None:
    """Write to standard error at once."""
    _write(sys.stderr, text)


def wrapped(text: str, stream: TextIO) -> str:
    """The text as a terminal of that width shows it without cutting through a word; elsewhere, it is left as it is.

    What follows a sign, a number or a title with blanks behind it stays below where it began.
    """
    width = _columns(stream)
    if not width:
        return text
    import textwrap  # only for people who look on

    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) <= width:
            lines.append(line)
            continue
        hang = _HANGING.match(line)
        indent = hang.end() if hang and hang.end() <= width // 2 else len(line) - len(line.lstrip())
        lines += textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * min(indent, width // 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _columns(stream: TextIO) -> int:
    """How wide the terminal is that a stream goes to; 0 where it goes elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 0


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # as in “backup-wizard run NAME | head”
        _send_nowhere(stream)


def _send_nowhere(stream: TextIO) -> None:
    """Whatever follows is dropped, what is still in the stream's buffer with it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
