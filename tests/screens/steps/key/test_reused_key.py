"""A key of the person's, of an agent or of this backup is reused as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from screens.dialogs.confirm import ConfirmScreen
from screens.steps.key.open_key import OpenKeyScreen
from tests.screens.steps.key.key_screen import (
    CANARY,
    FILE,
    NEW,
    all_that_is_kept,
    choose_own,
    held,
    inputs,
    type_in,
    until_ready,
)
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.pilot import at, said, text, until, walk, wizard_at
from wizard.client.keys import key_files, protected_key, public_keys, secrets
from wizard.client.keys.secrets import Secret
from wizard.profile import Key
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.agent import Agent


@pytest.mark.usefixtures("secret_service")
async def test_a_key_of_the_person_s_is_opened_once_and_its_passphrase_kept(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@amamac", Secret(CANARY))
    before = tree(home / ".ssh")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await choose_own(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenKeyScreen))
        await type_in(pilot, "not it")
        await until(pilot, lambda: "doesn't unlock the key" in said(pilot))
        lines = inputs(pilot)
        await type_in(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile.key == Key(protection="keyring", file="~/.ssh/id_ed25519")
        assert not any(line.value for line in lines)
        assert not all_that_is_kept(pilot, home)
    assert tree(home / ".ssh") == before
    assert secrets.fetch("amamac", "passphrase").reveal() == CANARY


async def test_an_unprotected_key_of_the_person_s_needs_a_yes_in_words(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@amamac", None)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await choose_own(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("left", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="none", file="~/.ssh/id_ed25519")


async def test_a_key_in_the_agent_stays_there(home: Path, agent: Agent) -> None:
    key_files.make(home / "held", "held", None)
    agent.add(home / "held")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await choose_own(pilot)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    decided = profiles.load("amamac")
    assert decided.key_is_agents
    assert decided.key.protection == "ask"
    assert public_keys.same_key(key_files.public_line(decided.key_path), key_files.public_line(home / "held"))


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_is_there_is_kept_as_it_is(home: Path) -> None:
    decided = a_profile(key=Key(protection="keyring", file=FILE))
    protected_key.ensure(decided)
    before = tree(home / ".ssh")
    async with wizard_at(decided, Step.KEY) as pilot:
        await until_ready(pilot)
        assert "● Keep the current key" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile == decided
    assert tree(home / ".ssh") == before


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_is_there_can_be_opened_by_its_passphrase_each_time(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", Secret(CANARY))
    async with wizard_at(a_profile(key=Key(protection="ask")), Step.KEY) as pilot:
        await until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenKeyScreen) and pilot.app.focused is not None)
        await pilot.press("tab", "space", "shift+tab")
        await type_in(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        assert walk(pilot).profile.key == Key(protection="ask", file="~/.ssh/backup-wizard-amamac")
        assert held(pilot) == CANARY
        await until(pilot, lambda: at(pilot) == Step.HAND_OVER)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        await until_ready(pilot)
        await pilot.press("enter")  # it is held already, so nothing is asked again
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
