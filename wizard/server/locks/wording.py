"""What a server printed, as part of a sentence."""

from __future__ import annotations

from wizard.display import printable

_MOST_QUOTED = 90


def quoted(printed: str, nothing: str = "refused") -> str:
    """The first line that was printed, as the end of a sentence; `nothing` says that there is none."""
    lines = [line for line in map(str.strip, printable(printed, keep_lines=True).splitlines()) if line]
    if not lines:
        return nothing
    return f"the server said “{lines[0].removeprefix('Password: ')[:_MOST_QUOTED]}”"
