"""Doing the admin's part from the hand-over, with the account's password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input

from screens.steps.hand_over.do_it_for_me import DoItForMeScreen
from tests.support import canary
from tests.support.pilot import TRIED_SIZES, said, text, until, walk, wizard_at
from tests.support.servers.with_password import FOREIGN, KEYS, begun, furnish, office_with_password
from wizard.client.keys import key_files
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.office import Office

NOT_YET = "doesn't accept this computer yet"
LET_IN = "The server accepts this computer."


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office_with_password(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def office(running: Office) -> Office:
    furnish(running)
    return running


async def ask_for_it(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: NOT_YET in said(pilot))
    await pilot.press("i")
    await until(pilot, lambda: isinstance(pilot.app.screen, DoItForMeScreen) and isinstance(pilot.app.focused, Input))


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_with_the_password_the_walk_goes_on(office: Office, sample_folder: Path, size: tuple[int, int]) -> None:
    async with wizard_at(begun(office, sample_folder), Step.HAND_OVER, size=size) as pilot:
        await ask_for_it(pilot)
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "doesn't accept that password" in said(pilot))
        await pilot.press(*canary.SECRET, "enter")
        await until(pilot, lambda: "is locked" in said(pilot) and isinstance(pilot.app.focused, Button))
        assert canary.SECRET not in pilot.app.export_screenshot()
        await pilot.press("enter")
        await until(pilot, lambda: LET_IN in text(pilot))
        await pilot.press("i", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)
        await until(pilot, lambda: "Your key is locked. But the account “amanda” also accepts" in said(pilot))
        assert "Match User amanda" in said(pilot)
        assert "PasswordAuthentication no" in said(pilot)
        assert "can do more" not in said(pilot)


async def test_what_does_not_hold_is_taken_back_and_the_wait_goes_on(office: Office, sample_folder: Path) -> None:
    profile = begun(office, sample_folder)
    weak = f"{FOREIGN}\n{key_files.public_line(profile.key_path)}\n"
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        await ask_for_it(pilot)
        office.authorize(weak)
        await pilot.press("enter")
        await until(pilot, lambda: "Type the password" in said(pilot))
        await pilot.press(*canary.SECRET, "enter")
        await until(pilot, lambda: "as it was before" in said(pilot))
        assert "The server allows this key more than it should" in said(pilot)
        assert office.path(KEYS).read_text() == weak
        office.authorize(FOREIGN)
        await pilot.press("escape")
        await until(pilot, lambda: NOT_YET in said(pilot))
