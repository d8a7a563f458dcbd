"""A failure on a screen: looked into before it is told, and what was printed one key away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from screens.dialogs.trouble_screen import TroubleScreen
from tests.screens.at_the_server import arrive
from tests.support.pilot import said, text, until, wizard_at
from tests.support.servers import placing
from wizard import trouble
from wizard.failure import ProgramFailed
from wizard.trouble import diagnose_reaching
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.at_the_server import Place
    from tests.support.servers.real_sshd import RealSshd

_PRINTED = "connect to host"


@pytest.fixture
def place(sshd: RealSshd, sample_folder: Path) -> Place:
    return arrive(sshd, sample_folder)


async def test_a_port_that_is_wrong_is_told_from_a_server_that_is_off(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnose_reaching, "SSH_PORT", place.sshd.port)
    async with wizard_at(placing.at_port(place.profile, 1), Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: f"does answer on port {place.sshd.port}" in said(pilot))
        assert "You can fix this. Change the port in the “Server” step." in said(pilot)
        assert "Looking for the cause" not in said(pilot)


async def test_what_was_printed_is_one_key_away(place: Place) -> None:
    async with wizard_at(placing.at_port(place.profile, 1), Step.SECURITY_CHECK) as pilot:
        await until(pilot, lambda: "Technical details (F2)" in text(pilot))
        assert _PRINTED not in text(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: _PRINTED in text(pilot))
        await pilot.press("f2")
        await until(pilot, lambda: _PRINTED not in text(pilot))


async def test_of_what_is_unknown_all_is_shown_at_once(place: Place) -> None:
    async with wizard_at(place.profile, Step.WELCOME) as pilot:
        assert "Technical details" not in text(pilot)
        await pilot.app.push_screen(TroubleScreen(trouble.explain(ProgramFailed("rsync", 77, "what nobody foresaw"))))
        await until(pilot, lambda: "what nobody foresaw" in text(pilot))
        assert "(exit code 77)" in text(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: "what nobody foresaw" not in text(pilot))
