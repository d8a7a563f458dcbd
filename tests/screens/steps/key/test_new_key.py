"""A new key is protected unless the person says otherwise in words, and overwrites none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from screens.dialogs.confirm import ConfirmScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from tests.screens.steps.key.key_screen import (
    CANARY,
    FILE,
    NEW,
    all_that_is_kept,
    held,
    inputs,
    keys_made,
    screenshot,
    type_in,
    until_ready,
)
from tests.support.data.trees import tree
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.client.keys import key_files, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_enter_makes_a_key_that_the_keyring_opens(home: Path, size: tuple[int, int]) -> None:
    steps.record(Walk(NEW, Step.KEY, Step.KEY))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert "Saves its passphrase in your desktop's keyring" in text(pilot)
        assert not keys_made(home)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    decided = profiles.load("amamac")
    assert decided.key == Key(protection="keyring", file=FILE)
    assert key_files.opens(decided.key_path, secrets.fetch("amamac", "passphrase"))
    assert not key_files.opens(decided.key_path, None)


async def test_without_a_keyring_it_says_so_and_asks_for_a_passphrase(home: Path) -> None:
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        assert "This computer has no keyring" in said(pilot)
        assert "gnome-keyring or KWallet" in said(pilot)
        assert "● A new key, with a passphrase you type each time" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPassphraseScreen))
        await pilot.press(*"short", "enter")
        await until(pilot, lambda: "Use at least 8 characters" in said(pilot))
        await type_in(pilot, CANARY)
        await until(pilot, lambda: pilot.app.focused is inputs(pilot)[1])
        assert CANARY not in text(pilot) + screenshot(pilot)
        given_up = inputs(pilot)
        await pilot.press("escape")
        await until_ready(pilot)
        assert not any(line.value for line in given_up)
        assert not all_that_is_kept(pilot, home)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPassphraseScreen))
        await type_in(pilot, CANARY)
        await until(pilot, lambda: pilot.app.focused is inputs(pilot)[1])
        await type_in(pilot, "another one")
        await until(pilot, lambda: "The two aren't the same" in said(pilot))
        assert not keys_made(home)
        await type_in(pilot, CANARY)
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
        decided = walk(pilot).profile
        assert decided.key == Key(protection="ask", file=FILE)
        assert key_files.opens(decided.key_path, Secret(CANARY))
        assert held(pilot) == CANARY
        assert not all_that_is_kept(pilot, home)


@pytest.mark.usefixtures("secret_service")
async def test_an_unprotected_key_is_made_after_a_yes_in_words_alone(home: Path) -> None:
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        for refusal in ("enter", "escape"):
            await pilot.press("end", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
            assert "Anyone who gets this computer" in said(pilot)
            await pilot.press(refusal)
            await until_ready(pilot)
        assert not keys_made(home)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("left", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="none", file=FILE)
    assert key_files.opens(profiles.load("amamac").key_path, None)


@pytest.mark.usefixtures("secret_service")
async def test_a_key_that_nobody_can_open_makes_room_for_one_beside_it(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", Secret("nobody knows"))
    before = tree(home / ".ssh")
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Your keyring has no passphrase" in said(pilot))
        await until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert f"A new key is created as {FILE}-2." in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    assert profiles.load("amamac").key == Key(protection="keyring", file=f"{FILE}-2")
    after = tree(home / ".ssh")
    assert {name: after[name] for name in before if name != "."} == {n: before[n] for n in before if n != "."}


async def test_an_unprotected_key_that_is_there_is_not_what_is_proposed(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", None)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        await until(pilot, lambda: f"{FILE}, without a passphrase." in text(pilot))
        await until(pilot, lambda: "● A new key, with a passphrase you type each time" in text(pilot))


async def test_a_locked_keyring_is_explained_and_nothing_half_made_stays(
    home: Path, secret_service: SecretService
) -> None:
    secrets.store("other", "passphrase", Secret("x"))
    secret_service.lock()
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Your keyring is locked" in said(pilot))
        await until_ready(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        assert not keys_made(home)


@pytest.mark.usefixtures("secret_service")
async def test_a_keyring_that_waits_for_its_owner_keeps_nothing_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, asked = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        asked.set()
        answered.wait()
        raise Failure(Kind.KEYRING_LOCKED)

    monkeypatch.setattr(secrets, "store", wait)
    async with wizard_at(NEW, Step.KEY) as pilot:
        await until_ready(pilot)
        await pilot.press("enter")
        await until(pilot, asked.is_set)
        assert "Preparing the key" in text(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: "Macs and most desktops have a keyring" in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.VERSIONS)
    answered.set()
