"""A backup that its own key may not read: the admin is asked, lets a second key in, and files come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from textual.widgets import Button

from tests.screens.home.at_home import home_screen, is_home
from tests.screens.restore.places import at_stage, backed_up, content
from tests.support.pilot import said, text, until
from wizard.client.keys import reading_key
from wizard.restore import second_key
from wizard.server import exports
from wizard.storage import state_files
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.screens.at_the_server import Place
    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd


async def test_the_admin_is_asked_and_files_come_back(
    sshd: RealSshd, sample_folder: Path, home: Path, secret_service: SecretService
) -> None:
    place = await backed_up(sshd, sample_folder, may_read=False)
    async with home_screen() as pilot:
        await pilot.press("g")
        await at_stage(pilot, Stage.ADMIN)
        assert reading_key.kept("amamac") is None  # nothing is made before it is wanted
        await pilot.press("escape")
        await is_home(pilot)
        await pilot.press("g", "enter")
        await until(pilot, lambda: "Hello," in text(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one("#copy").has_focus)
        assert "The new key works until" in said(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "doesn't accept the key for reading yet" in said(pilot))
        await pilot.press("ctrl+q")
    async with home_screen(pauses=(0.2, 0.2)) as pilot:  # another day
        await pilot.press("g")
        await until(pilot, lambda: "doesn't accept the key for reading yet" in said(pilot))
        let_in(place)
        await until(pilot, lambda: "can read this backup and do nothing else" in said(pilot))  # without a key pressed
        await pilot.press("enter")
        await at_stage(pilot, Stage.FILES)
        await pilot.press("escape")
        await at_stage(pilot, Stage.ADMIN)
        await until(pilot, lambda: "can read this backup and do nothing else" in said(pilot))  # it stays where it is
        await pilot.press("escape")
        await is_home(pilot)
        await pilot.press("g")
        await at_stage(pilot, Stage.FILES)  # by itself
        await pilot.press("space", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "Nothing was written" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "16 files restored to" in said(pilot))
        await until(pilot, lambda: "The server accepts the key for reading until" in said(pilot))
    assert content(next(home.glob("Restored*")) / sample_folder.name) == content(sample_folder)


async def test_once_its_time_is_over_another_one_is_asked_for(
    sshd: RealSshd, sample_folder: Path, secret_service: SecretService
) -> None:
    place = await backed_up(sshd, sample_folder, may_read=False)
    second_key.ask(place.profile)
    asked = reading_key.kept("amamac")
    assert asked
    past = datetime.now(UTC) - timedelta(minutes=2)
    state_files.save("amamac", "restore-key.json", msgspec.structs.replace(asked, expires=past))
    async with home_screen() as pilot:
        await pilot.press("g")
        await until(pilot, lambda: "The key for reading has expired" in said(pilot))
        await _pressed(pilot, "enter")
        await until(pilot, lambda: "Hello," in text(pilot))
    renewed = reading_key.kept("amamac")
    assert renewed
    assert not renewed.has_expired


def let_in(place: Place) -> None:
    """Do the admin's part."""
    text = exports.rendered(second_key.ask(place.profile), "authorized-keys")
    place.sshd.authorized_keys.write_text(place.sshd.authorized_keys.read_text() + text)


async def _pressed(pilot: Pilot[int], key: str) -> None:
    await until(pilot, lambda: pilot.app.screen.query_one("#forward", Button).has_focus)
    await pilot.press(key)
