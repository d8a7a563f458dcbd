"""A port and a username that are typed with the server's name move to their own lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.screens.steps.server.server_screen import HOST, NEW, ask_nobody_while_typing, towards, typed
from tests.support.pilot import TRIED_SIZES, arrived, said, until, wizard_at
from wizard.profile import Server
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd


def in_lines(pilot: Pilot[int]) -> tuple[str, ...]:
    return tuple(pilot.app.screen.query_one(f"#{id} Input", Input).value for id in ("host", "port", "user"))


@pytest.mark.parametrize("size", TRIED_SIZES)
@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        ("[::1]", ("::1", "22", ""), ""),
        ("[::1]:2222", ("::1", "2222", ""), "The port 2222 is now in its own field."),
        ("files:2222", ("files", "2222", ""), "The port 2222 is now in its own field."),
        ("joe@files", ("files", "22", "joe"), "The username joe is now in its own field."),
        (
            "ssh://joe@files:2222/",
            ("files", "2222", "joe"),
            "The port 2222 and the username joe are now in their own fields.",
        ),
    ],
)
async def test_they_are_seen_in_their_own_lines(
    name: str, lines: tuple[str, ...], words: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_nobody_while_typing(monkeypatch)
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await typed(pilot, host=name)
        assert in_lines(pilot) == (name, "22", "")  # more may follow
        await pilot.press("tab")
        await until(pilot, lambda: in_lines(pilot) == lines)
        assert words in said(pilot)
        await typed(pilot, host="other")
        await until(pilot, lambda: "own field" not in said(pilot))


async def test_enter_alone_takes_them_as_well(sshd: RealSshd) -> None:
    async with wizard_at(NEW, Step.SERVER) as pilot:
        await typed(pilot, host=f"ssh://amanda@{HOST}:{sshd.port}")
        await until(pilot, lambda: f"✓ {HOST} answers." in said(pilot))  # looked at before they have moved
        await pilot.press("enter")
        await arrived(pilot, Step.FINGERPRINT)
    assert profiles.load("amamac").server == Server(host=HOST, port=sshd.port, user="amanda")


async def test_a_password_is_refused_and_kept_nowhere(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    ask_nobody_while_typing(monkeypatch)
    async with wizard_at(towards(22), Step.SERVER) as pilot:
        await typed(pilot, host="joe:secret@files")
        await typed(pilot, port="2022")
        await pilot.press("enter")
        await until(pilot, lambda: "without a password" in said(pilot))
        assert in_lines(pilot) == ("joe:secret@files", "2022", "amanda")
        await pilot.press("ctrl+q")
    kept = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert any(b"2022" in text for text in kept)
    assert not any(b"secret" in text for text in kept)
