"""Text mode asks for the key and its passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.plain import Person, decided
from wizard.client.keys import key_files, secrets
from wizard.client.keys.secrets import Secret
from wizard.client.session import Session
from wizard.profile import Key
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService


@pytest.fixture
def own_key(home: Path) -> Path:
    path = home / ".ssh" / "id_ed25519"
    key_files.make(path, "amanda@pc", Secret("right passphrase"))
    return path


@pytest.mark.parametrize("keep", ["y", "n"])
def test_a_key_of_hers_is_opened_before_it_is_taken(
    person: Person, own_key: Path, keep: str, said: list[str], secret_service: SecretService
) -> None:
    person.answers |= {
        "Number [1]": ["3", "1"],  # a key you already have, which is the first
        "Passphrase of": ["wrong", "right passphrase"],
        "Save it in": [keep],
    }
    before = own_key.read_bytes()
    with Session() as session:
        chosen = decided(a_profile(key=Key()), Step.KEY, session)
        assert session.holds(own_key) is (keep == "n")
    assert chosen.key == Key(protection="keyring" if keep == "y" else "ask", file="~/.ssh/id_ed25519")
    assert own_key.read_bytes() == before
    assert sum("doesn't unlock the key" in text for text in said) == 1
    if keep == "y":
        assert secrets.fetch("amamac", "passphrase").reveal() == "right passphrase"


def test_a_key_of_hers_without_a_passphrase_is_taken_only_on_a_yes(person: Person, home: Path, said: list[str]) -> None:
    key_files.make(home / ".ssh" / "id_ed25519", "amanda@pc", None)
    person.answers["Number [1]"] = ["2", "1"]
    with pytest.raises(GoBack):
        decided(a_profile(key=Key()), Step.KEY)
    person.answers["Number [1]"] = ["2", "1"]
    person.answers["Use it anyway?"] = ["y"]
    assert decided(a_profile(key=Key()), Step.KEY).key == Key(protection="none", file="~/.ssh/id_ed25519")


def test_a_passphrase_that_is_too_short_is_asked_for_again(person: Person, said: list[str]) -> None:
    person.answers["Passphrase for the new key"] = ["short", "a long passphrase"]
    chosen = decided(a_profile(key=Key()), Step.KEY)
    assert chosen.key.protection == "ask"
    assert any("Use at least 8 characters" in text for text in said)
    assert key_files.opens(chosen.key_path, Secret("a long passphrase"))
