"""More patience with servers than the product has: on a busy machine, an answer that comes late is one all the same."""

from __future__ import annotations

from wizard.client.ssh import connection
from wizard.server.locks import probe_session, rsync_runner

_TIMES = 15


def have() -> None:
    """Have it in this process, and in its forks."""
    for module, name in ((probe_session, "_MOST_SECONDS"), (rsync_runner, "_SECONDS"), (connection, "SECONDS")):
        setattr(module, name, getattr(module, name) * _TIMES)
