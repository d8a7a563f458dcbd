"""A second wizard on the same backup says so at once, and can be left or tried again."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from textual.widgets import Button

from screens.app import WizardApp
from screens.context import Context
from screens.dialogs.trouble_screen import TroubleScreen
from tests.support.data.profiles import a_profile
from tests.support.pilot import TRIED_SIZES, arrived, text, until, walk, wizard_at
from wizard.client import profile_lock
from wizard.client.session import Session
from wizard.failure import Failure
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_the_second_wizard_says_it_waits_and_goes_on_with_what_the_first_decided(size: tuple[int, int]) -> None:
    profile = a_profile()
    steps.record(Walk(profile, Step.FOLDERS, Step.FOLDERS))
    first = contextlib.ExitStack()
    first.enter_context(profile_lock.alone("amamac"))
    with Session() as session:
        app = WizardApp(Walk(profile, Step.FOLDERS, Step.FOLDERS), Context(session))
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, TroubleScreen) and "is using the backup" in text(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, TroubleScreen) and "is using the backup" in text(pilot))
            changed = msgspec.structs.replace(profile, exclude=("*.bak",))
            steps.record(Walk(changed, Step.SERVER, Step.SERVER))
            first.close()
            await pilot.press("enter")
            await arrived(pilot, Step.SERVER)
            assert walk(pilot).profile == changed


@pytest.mark.parametrize("keys", [("escape",), ("right", "enter")], ids=lambda keys: keys[0])
async def test_the_second_wizard_can_be_left(keys: tuple[str, ...]) -> None:
    profile = a_profile()
    steps.record(Walk(profile))
    with profile_lock.alone("amamac"), Session() as session:
        app = WizardApp(Walk(profile), Context(session))
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.screen.query(Button))
            await pilot.press(*keys)
        assert app.return_value == 0


async def test_a_wizard_holds_its_backup_from_when_it_is_named_until_it_is_left() -> None:
    async with wizard_at(Profile(name="amamac"), Step.WELCOME) as pilot:
        await pilot.press("enter")
        await arrived(pilot, Step.FOLDERS)
        with pytest.raises(Failure), profile_lock.alone("amamac"):
            pass
        await pilot.press("ctrl+q")
    with profile_lock.alone("amamac"):
        assert profiles.exists("amamac")


async def test_two_wizards_that_take_the_same_new_name_do_not_share_it() -> None:
    async with wizard_at(Profile(name="amamac"), Step.WELCOME) as pilot:
        with profile_lock.alone("amamac"):
            await pilot.press("enter")
            await until(pilot, lambda: "is using the backup" in text(pilot))
            assert not profiles.exists("amamac")
