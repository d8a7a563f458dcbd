"""What this computer offers for the choice of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard import rules
from wizard.client.keys import key_files, key_options
from wizard.client.keys.secrets import Secret
from wizard.profile import Key

if TYPE_CHECKING:
    from pathlib import Path

FILE = "~/.ssh/backup-wizard-amamac"
NEW = a_profile(key=Key())


@pytest.mark.parametrize("half", ["", ".pub"])
@pytest.mark.parametrize("is_link", [True, False])
def test_a_new_key_never_takes_the_place_of_anything(home: Path, half: str, is_link: bool) -> None:
    (home / ".ssh").mkdir()
    for name in ("backup-wizard-amamac", "backup-wizard-amamac-2"):
        taken = home / f".ssh/{name}{half}"
        if is_link:
            taken.symlink_to("nowhere")
        else:
            taken.touch()
    assert key_options.look(NEW).new_file == f"{FILE}-3"


@pytest.mark.parametrize("passphrase", [None, Secret("some words")])
def test_a_key_that_is_there_is_told_with_its_protection(home: Path, passphrase: Secret | None) -> None:
    assert key_options.look(NEW).there == ""
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", passphrase)
    outlook = key_options.look(NEW)
    assert (outlook.there, outlook.there_is_open) == (FILE, passphrase is None)
    assert outlook.new_file == f"{FILE}-2"


def test_half_a_key_can_t_be_kept(home: Path) -> None:
    key_files.make(home / ".ssh/backup-wizard-amamac", "older", None)
    (home / ".ssh/backup-wizard-amamac").unlink()
    assert key_options.look(NEW).there == ""
    assert key_options.look(NEW).new_file == f"{FILE}-2"


def test_a_key_in_the_agent_is_there_by_its_public_half(home: Path) -> None:
    key_files.make(home / "held", "held", None)
    kept = key_files.keep_agent_key("amamac", key_files.public_line(home / "held"))
    outlook = key_options.look(a_profile(key=Key(protection="ask", file=str(kept))))
    assert outlook.there == f"~/{kept.relative_to(home)}"
    assert not outlook.there_is_open
    assert outlook.new_file == FILE


@pytest.mark.usefixtures("secret_service")
def test_the_keyring_is_named_as_people_know_it() -> None:
    assert key_options.look(NEW).keyring == "your desktop's keyring"


def test_no_keyring_has_no_name() -> None:
    assert key_options.look(NEW).keyring == ""


@pytest.mark.parametrize("passphrase", ["", "seven 7", "tab\tin the middle", "x" * 513])
def test_a_passphrase_that_would_not_do_is_refused(passphrase: str) -> None:
    assert rules.passphrase(passphrase)


@pytest.mark.parametrize("passphrase", ["eight 88", "Grüße aus Köln", " spaces around "])
def test_a_passphrase_that_will_do_is_taken(passphrase: str) -> None:
    assert rules.passphrase(passphrase) is None
