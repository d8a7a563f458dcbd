"""What people get wrong about the server: they are told what to do, and go on once it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.screens.at_the_server import arrive
from tests.support.pilot import at, said, until, wizard_at
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd


@pytest.mark.parametrize(("field", "wrong"), [("host", "no-such-host.invalid"), ("port", "1")])
async def test_a_wrong_server_is_told_and_mended(sshd: RealSshd, sample_folder: Path, field: str, wrong: str) -> None:
    place = arrive(sshd, sample_folder)
    async with wizard_at(place.profile, Step.SERVER) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        line = pilot.app.screen.query_one(f"#{field} Input", Input)
        right, line.value = line.value, wrong
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "You can fix this" in said(pilot) or "needs to fix this" in said(pilot))
        line.value = right
        await pilot.press("ctrl+s")
        await until(pilot, lambda: at(pilot) == Step.FINGERPRINT)
