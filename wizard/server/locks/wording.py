"""What a server printed, as a sentence."""

from __future__ import annotations

from wizard.text.display import printable
from wizard.text.language import _

_MOST_QUOTED = 90
# What rsync on this computer says of a server that says nothing it knows.
_OF_OUR_RSYNC = (
    "rsync: connection unexpectedly closed",
    "rsync error: ",
    "protocol version mismatch",
    "(see the rsync",
)


def quoted(printed: str, nothing: str = "") -> str:
    """The first line that was printed, as a sentence; `nothing` is the sentence where there is none."""
    said = map(str.strip, printable(printed, keep_lines=True).splitlines())
    lines = [line for line in said if line and not line.startswith(_OF_OUR_RSYNC)]
    if not lines:
        return nothing or _("The server refused.")
    return _("The server said “{line}”.").format(line=lines[0].removeprefix("Password: ")[:_MOST_QUOTED])
