"""What an admin picks out of the message, to paste it."""

from __future__ import annotations

import re
import shlex

from wizard.server.exports import covering_message


def block(text: str) -> str:
    """The block of commands with its marks, which somebody would paste with it."""
    begin, end = covering_message.BEGIN, f"{covering_message.END}\n"
    return begin + text.partition(begin)[2].partition(end)[0] + end


def key_line(text: str) -> str:
    """The key's line, as the shell would put it into authorized_keys."""
    words = shlex.split(block(text).replace("\\\n", ""))
    return next(word for word in words if word.startswith("restrict"))


def line_after(text: str, words: str) -> str:
    """The command below the sentence that begins so; empty where there is no such sentence."""
    _, _, below = text.partition(f"\n{words}")
    command = re.search(r"^\((?:.|\\\n)*\)$\n", below, re.MULTILINE)
    return command[0] if command else ""
