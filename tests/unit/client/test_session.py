"""One run's session: what it asks for, and that nothing waits for a slow program meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from tests.support.data.profiles import a_profile
from wizard.client import access
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.client.session import Session
from wizard.profile import Key, Scheme

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_a_backup_without_ssh_needs_no_key_that_it_may_ask_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = a_profile(scheme=Scheme(kind="daemon", auth=False), key=Key(protection="ask"))
    with Session() as session:
        admitted = await session.access(profile)
    assert admitted.facts.public_key == ""


async def test_a_look_at_the_agent_lets_everything_else_go_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = a_profile(key=Key(protection="ask"))
    key_files.make(profile.key_path, "amanda@pc", Secret("a long passphrase"))
    answers, asked = threading.Event(), threading.Event()

    def slow() -> list[str]:
        asked.set()
        assert answers.wait(20), "nothing else went on"
        return [key_files.public_line(profile.key_path)]

    monkeypatch.setattr(key_files, "agent_lines", slow)
    monkeypatch.setattr(access, "prepare", lambda *_: None)
    with Session() as session:
        looking = asyncio.create_task(session.access(profile))
        while not asked.is_set():
            await asyncio.sleep(0)
        answers.set()
        await looking
