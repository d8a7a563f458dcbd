"""Alerts and reports are turned on and off from the home screen; the address is typed unseen, tried and kept safe."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input

from screens.home.address import AddressScreen
from screens.home.screen import HomeScreen
from tests.screens.home.at_home import home_screen, is_home, kept
from tests.support import canary
from tests.support.pilot import said, text, until
from wizard.client import profile_lock
from wizard.client.keys import secrets
from wizard.failure import Failure, Kind
from wizard.storage import profiles

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.support.network.receiver import Receiver
    from tests.support.secret_service import SecretService


@pytest.fixture(autouse=True)
def backed_up(secret_service: SecretService) -> None:
    now = datetime.now(UTC)
    kept("amamac", last=now, last_good=now)


async def choose(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press("c")
    await until(pilot, lambda: "What do you want to change?" in text(pilot))
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, AddressScreen) and pilot.app.screen.query(Input))


async def test_an_address_is_tried_kept_and_removed(receiver: Receiver) -> None:
    async with home_screen() as pilot:
        await choose(pilot, "end", "up")
        assert not pilot.app.screen.query("#turn-off")
        pilot.app.screen.query_one(Input).value = f" json://{receiver.place}/{canary.SECRET} "
        receiver.status = 500
        await pilot.press("enter")
        await until(pilot, lambda: "couldn't be sent" in said(pilot))
        assert canary.SECRET not in text(pilot)
        assert not profiles.load("amamac").schedule.alarm
        receiver.status = 200
        await pilot.press("enter")
        await is_home(pilot)
        await until(pilot, lambda: "an alert goes to the address in your keyring" in said(pilot))
        assert receiver.titles()[-1] == "Alerts about backup “amamac”"
        assert profiles.load("amamac").schedule.alarm
        assert secrets.fetch("amamac", "alarm-address").reveal().endswith(canary.SECRET)

        await choose(pilot, "end", "up")
        with profile_lock.alone("amamac"):
            pilot.app.screen.query_one("#turn-off", Button).press()
            await until(pilot, lambda: "Another backup-wizard window" in said(pilot))
        pilot.app.screen.query_one("#turn-off", Button).press()
        await until(pilot, lambda: "No more alerts are sent." in said(pilot))
        assert not profiles.load("amamac").schedule.alarm
        with pytest.raises(Failure) as failure:
            secrets.fetch("amamac", "alarm-address")
        assert failure.value.kind is Kind.SECRET_MISSING


async def test_escape_leaves_it_as_it_is_though_the_service_is_still_asked(receiver: Receiver) -> None:
    receiver.answers.clear()
    async with home_screen() as pilot:
        await choose(pilot, "end")
        pilot.app.screen.query_one(Input).value = f"http://{receiver.place}/{canary.SECRET}"
        await pilot.press("enter")
        await until(pilot, lambda: bool(receiver.asked))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        receiver.answers.set()
        await pilot.pause()
    assert not profiles.load("amamac").schedule.ping


async def test_without_apprise_it_is_said_before_anything_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    async with home_screen() as pilot:
        await choose(pilot, "end", "up")
        await until(pilot, lambda: "Alerts need apprise" in said(pilot))
