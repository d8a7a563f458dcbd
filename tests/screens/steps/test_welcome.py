"""The welcome screen: the backup's name."""

from __future__ import annotations

import pytest

from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk.steps import Step

NEW = Profile(name="amamac")


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_enter_takes_the_name_and_saves_the_profile(size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.WELCOME, size=size) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.FOLDERS)
    assert profiles.load("amamac") == NEW


async def test_a_name_with_a_slash_is_refused_under_its_field() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.press(*"/mac", "enter")
        await until(pilot, lambda: "letters, digits" in said(pilot))
        assert at(pilot) == Step.WELCOME
    assert profiles.names() == []


async def test_a_name_that_is_taken_is_refused() -> None:
    profiles.save(Profile(name="amamac2"))
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.press("2", "enter")
        await until(pilot, lambda: "a backup with that name" in said(pilot))


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_backup_that_is_on_a_server_already_is_named_as_it_was(size: tuple[int, int]) -> None:
    async with wizard_at(Profile(name="new-laptop"), Step.WELCOME, size=size) as pilot:
        await pilot.press("tab", "space")
        await until(pilot, lambda: "Name of that backup" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "✗" in text(pilot))  # nobody can guess the name
        await pilot.press(*"amamac", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.FOLDERS)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.WELCOME and "[✓] My backup is on a server already" in text(pilot))
        await pilot.press("tab", "tab", "space", "enter")  # not so after all
        await until(pilot, lambda: walk(pilot).step == Step.FOLDERS)
    assert profiles.load("amamac") == Profile(name="amamac")
    assert profiles.names() == ["amamac"]


async def test_back_from_the_first_step_stays() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        assert not pilot.app.screen.query_one("#back").display
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.WELCOME)
        assert walk(pilot).step == Step.WELCOME


async def test_f1_explains_and_escape_closes_it() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "Ctrl+Q" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.WELCOME)
