"""Whether somebody listens on a port of this machine, asked without connecting to it."""

from __future__ import annotations

import time
from pathlib import Path

_LISTENS = "0A"
_MOST_SECONDS, _PAUSE_SECONDS = 30, 0.005


def wait_for(port: int) -> None:
    """Wait until a port is listened on: rsync's daemon says that it does a moment before it does."""
    until = time.monotonic() + _MOST_SECONDS
    while not _is_open(port):
        assert time.monotonic() < until, f"nobody listens on port {port}"
        time.sleep(_PAUSE_SECONDS)


def _is_open(port: int) -> bool:
    sockets = (
        line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]
    )
    return any(words[3] == _LISTENS and int(words[1].rpartition(":")[2], 16) == port for words in sockets)
