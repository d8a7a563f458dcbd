"""Where probes run side by side, on one connection, none of them comes in another's way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.check.test_locks import Server, documents, found, names, office, server
from tests.support.servers import weaknesses
from wizard.client.ssh.transport import QuietTransport
from wizard.server import locks

if TYPE_CHECKING:
    from paramiko import Channel

__all__ = ["documents", "office", "server"]


pytestmark = pytest.mark.parametrize("kind", ["daemon-over-ssh"])


async def test_a_session_that_is_opened_with_a_socket_is_none_of_it(
    kind: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Probes of this scheme run side by side, on one connection: what is sent for one is no other's."""
    opened = QuietTransport.open_channel

    def open_with_a_session(transport: QuietTransport, kind: str, *args: Any, **kwargs: Any) -> Channel:
        if kind != "session":
            transport.open_session(timeout=kwargs["timeout"]).close()
        return opened(transport, kind, *args, **kwargs)

    monkeypatch.setattr(QuietTransport, "open_channel", open_with_a_session)
    findings = await found(*server.as_exported({}, weaknesses.SSHD_USUAL))
    assert (locks.verdict(findings), names(findings, held=None)) == ("locked", ["x11"])


async def test_probes_side_by_side_wait_for_a_session(kind: str, server: Server) -> None:
    findings = await found(*server.as_exported({}, ("MaxSessions 2",)))
    assert (locks.verdict(findings), names(findings, held=None)) == ("locked", ["x11"])
