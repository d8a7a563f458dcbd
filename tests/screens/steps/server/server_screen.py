"""The server's screen, as its tests see it, and servers that answer badly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from textual.widgets import Input

from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.pilot import at, said, until
from wizard.profile import Profile, Server
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest
    from textual.pilot import Pilot


HOST = "127.0.0.1"
NEW = Profile(name="amamac", folders=("/home/amanda/Documents",))


def towards(port: int, **changes: object) -> Profile:
    return a_profile(server=Server(host=HOST, user="amanda", port=port, host_keys=(FINGERPRINT,)), **changes)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def listener(says: bytes) -> AsyncIterator[int]:
    """A port that says something else than ssh, or with nothing to say keeps silent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        if not says:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def typed(pilot: Pilot[int], **values: str) -> None:
    for field, value in values.items():
        line = pilot.app.screen.query_one(f"#{field} Input", Input)
        line.focus()
        line.clear()
        await pilot.press(*value)


async def until_it_stays(pilot: Pilot[int], words: str) -> None:
    await until(pilot, lambda: words in said(pilot))
    assert at(pilot) == Step.SERVER
    assert profiles.names() == []


def ask_nobody_while_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine the server would be looked for by its first letters."""
    monkeypatch.setattr("screens.steps.server.screen._TYPING_PAUSE_SECONDS", 3600)
