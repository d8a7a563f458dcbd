"""A server that ends a command while more is being sent to it: the connection goes on."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from paramiko.common import MSG_CHANNEL_CLOSE, MSG_CHANNEL_DATA, MSG_CHANNEL_EOF

from tests.screens.at_the_server import arrive
from wizard.client import access
from wizard.client.ssh.connection import Connection
from wizard.client.ssh.transport import QuietTransport

if TYPE_CHECKING:
    from pathlib import Path

    from paramiko import Message

    from tests.support.servers.real_sshd import RealSshd


@pytest.mark.parametrize("late", [MSG_CHANNEL_EOF, MSG_CHANNEL_DATA])
async def test_nothing_is_sent_after_the_answer_to_its_end(
    late: int, sshd: RealSshd, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends is held up as long as the channel can still be ended meanwhile."""
    place = arrive(sshd, sample_folder)
    place.let_in()
    ended = threading.Event()
    really_send = QuietTransport._send_user_message

    def hold_up(transport: Any, message: Message) -> None:
        kind = message.asbytes()[0]
        by_us = threading.current_thread() is not transport
        if by_us and kind == late and any(not channel.lock.locked() for channel in transport._channels.values()):
            assert ended.wait(timeout=30)
        really_send(transport, message)
        if kind == MSG_CHANNEL_CLOSE and not by_us:
            ended.set()

    monkeypatch.setattr(QuietTransport, "_send_user_message", hold_up)
    connection = await asyncio.to_thread(Connection.open, place.profile, access.prepare(place.profile))
    try:
        for _ in range(2):
            reply = await asyncio.to_thread(connection.run_with, "no such command", b"what it never reads")
            assert b"for backups alone" in reply.stderr
    finally:
        connection.close()
