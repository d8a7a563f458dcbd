"""A practice server, and clients whose key is locked or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.servers.practice_client import Client, held, holds_no_more_than, new_key
from wizard.server.practice import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    before = held()
    with PracticeServer(tmp_path / "practice") as running:
        yield running
    assert holds_no_more_than(before)


@pytest.fixture
def client(server: PracticeServer, tmp_path: Path) -> Client:
    return Client(server, new_key(tmp_path / "key"))


@pytest.fixture
def locked(client: Client) -> Client:
    """A client whose key is locked to rrsync, write-only, on an empty folder."""
    (client.server.home / "backup").mkdir()
    client.server.apply(f'restrict,command="{programs.require("rrsync")} -wo backup" {client.public_key}\n')
    return client


@pytest.fixture
def unlocked(client: Client) -> Client:
    client.server.apply(client.public_key)
    return client
