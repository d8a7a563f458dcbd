"""What a server printed, as part of a sentence."""

from __future__ import annotations

from wizard.display import printable

_MOST_QUOTED = 90


def quoted(printed: str) -> str:
    """The first line that was printed, as the end of a sentence."""
    lines = [line for line in map(str.strip, printable(printed, keep_lines=True).splitlines()) if line]
    if not lines:
        return "refused"
    return f"the server said “{lines[0].removeprefix('Password: ')[:_MOST_QUOTED]}”"
