"""A server that takes no ed25519: the step offers a new key of a type that it takes, and touches no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from screens.steps.key.choose_key import ChooseKeyScreen
from tests.screens.steps.key.key_screen import FILE, NEW, until_ready
from tests.support.data.trees import tree
from tests.support.pilot import TRIED_SIZES, said, text, until, walk, wizard_at
from tests.support.plain import Person, decided
from wizard.client.keys import key_files, secrets
from wizard.client.keys.secrets import Secret
from wizard.profile import Key
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService

REFUSED = "The server doesn't accept the usual type of key (ed25519)."


@pytest.fixture
def refused(home: Path, secret_service: SecretService) -> Path:
    """A key that the server doesn't take."""
    path = home / ".ssh/backup-wizard-amamac"
    key_files.make(path, key_files.comment_for("amamac"), Secret("long enough"))
    secrets.store("amamac", "passphrase", Secret("long enough"))
    profiles.save(NEW)
    kept_facts.learn(NEW, key_types=("ecdsa-sha2-nistp256", "rsa-sha2-512"))
    return path


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_on_screen_a_new_key_of_such_a_type_is_proposed(refused: Path, size: tuple[int, int]) -> None:
    before = tree(refused.parent)
    async with wizard_at(NEW, Step.KEY, size=size) as pilot:
        await until_ready(pilot)
        assert REFUSED in said(pilot)
        assert f"{FILE}. The server doesn't accept" in text(pilot)
        assert "● A new key, with its passphrase saved in your keyring" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseKeyScreen) and "● ECDSA" in text(pilot))
        assert "RSA (4096 bits)" in text(pilot)
        assert "Press Enter to create the key" in text(pilot)
        await pilot.press("escape")
        await until_ready(pilot)
        assert tree(refused.parent) == before
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseKeyScreen) and "● ECDSA" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.HAND_OVER)
    chosen = profiles.load("amamac")
    assert chosen.key == Key(protection="keyring", file=f"{FILE}-2", type="ecdsa")
    assert key_files.public_line(chosen.key_path).startswith("ecdsa-sha2-nistp256 ")
    after = tree(refused.parent)
    assert {name: after[name] for name in before if name != "."} == {n: before[n] for n in before if n != "."}


@pytest.mark.parametrize(("number", "begins"), [("", "ecdsa-sha2-nistp256 "), ("2", "ssh-rsa ")])
def test_in_text_mode_it_is_asked_for(
    refused: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: str, begins: str
) -> None:
    before = tree(refused.parent)
    # The new key with its passphrase in the keyring, and then its type.
    monkeypatch.setattr("builtins.input", Person({"Number": ["", number]}))
    chosen = decided(NEW, Step.KEY)
    assert REFUSED in capsys.readouterr().out
    assert key_files.public_line(chosen.key_path).startswith(begins)
    assert chosen.key.file == f"{FILE}-2"
    after = tree(refused.parent)
    assert {name: after[name] for name in before if name != "."} == {n: before[n] for n in before if n != "."}


@pytest.mark.usefixtures("secret_service")
def test_where_the_server_may_take_the_usual_type_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person({})
    monkeypatch.setattr("builtins.input", person)
    assert key_files.public_line(decided(NEW, Step.KEY).key_path).startswith("ssh-ed25519 ")
    assert sum("Number" in prompt for prompt in person.asked) == 1
