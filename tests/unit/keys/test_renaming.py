"""A backup gets another name with all that is its own, or keeps the old one whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.trees import tree
from tests.unit.client.test_forgetting import HOST_KEY, begun
from wizard.client import renaming
from wizard.client.host_keys import known_hosts
from wizard.client.keys import key_files, protected_key, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService


@pytest.mark.usefixtures("secret_service")
def test_all_that_is_its_own_goes_along(home: Path) -> None:
    old = begun("old", "keyring")
    steps.record(Walk(old, Step.KEY, Step.KEY))
    public = key_files.public_line(old.key_path).split()[:2]
    renaming.rename("old", "new")
    assert profiles.names() == ["new"]
    new = profiles.load("new")
    assert steps.begin(new).step is Step.KEY
    assert known_hosts.confirmed(new) == [HOST_KEY]
    assert key_files.public_line(new.key_path).split() == [*public, "backup-wizard-new"]
    assert protected_key.ensure(new)  # its passphrase opens it
    assert sorted(path.name for path in (home / ".ssh").iterdir()) == ["backup-wizard-new", "backup-wizard-new.pub"]
    assert not paths.walk_state("old").exists()
    with pytest.raises(Failure) as failure:
        secrets.fetch("old", "passphrase")
    assert failure.value.kind is Kind.SECRET_MISSING


@pytest.mark.usefixtures("secret_service")
def test_where_a_key_of_the_new_name_is_there_nothing_changes(home: Path) -> None:
    begun("old", "keyring")
    key_files.make(home / ".ssh/backup-wizard-new", "amanda@pc", None)
    secrets.store("new", "passphrase", Secret("of that key"))
    before = tree(home / ".ssh")
    with pytest.raises(Failure) as failure:
        renaming.rename("old", "new")
    assert failure.value.kind is Kind.FILE_EXISTS
    assert tree(home / ".ssh") == before
    assert profiles.names() == ["old"]
    assert secrets.fetch("new", "passphrase").reveal() == "of that key"


def test_with_a_locked_keyring_nothing_changes(home: Path, secret_service: SecretService) -> None:
    begun("old", "keyring")
    secret_service.lock()
    with pytest.raises(Failure) as failure:
        renaming.rename("old", "new")
    assert failure.value.kind is Kind.KEYRING_LOCKED
    assert profiles.names() == ["old"]
    assert not paths.walk_state("new").exists()


def test_a_key_of_the_person_s_own_keeps_its_name(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@pc", None)
    before = tree(home / ".ssh")
    begun("old", "none", "~/.ssh/id_ed25519")
    renaming.rename("old", "new")
    assert profiles.load("new").key.file == "~/.ssh/id_ed25519"
    assert tree(home / ".ssh") == before


@pytest.mark.parametrize("typed", ["", "a b", "list", "other", "Other"])
def test_a_name_that_can_t_be_is_refused_with_the_reason(typed: str) -> None:
    begun("other", "none")
    assert renaming.complaint(typed)
    assert renaming.complaint("another") is None


class Killed(BaseException):
    """The program was ended there."""


def _killed(*_arguments: object, **_more: object) -> None:
    raise Killed


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(("at", "left"), [("profiles.save", "old"), ("forgetting.forget", "new")])
def test_cut_off_it_has_one_name_at_the_next_start(
    at: str, left: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = begun("old", "keyring")
    with monkeypatch.context() as killing:
        killing.setattr(renaming, "_take_back", lambda *_: None)
        killing.setattr(f"wizard.client.renaming.{at}", _killed)
        with pytest.raises(Killed):
            renaming.rename("old", "new")
    renaming.finish()
    assert profiles.names() == [left]
    assert protected_key.ensure(profiles.load(left))  # its passphrase opens it
    assert [path.name for path in sorted((home / ".ssh").iterdir())] == [
        f"backup-wizard-{left}",
        f"backup-wizard-{left}.pub",
    ]
    assert [path.name for path in paths.state().iterdir()] == [left]
    assert known_hosts.confirmed(profiles.load(left)) == [HOST_KEY]
    assert known_hosts.confirmed(old) == ([HOST_KEY] if left == "old" else [])
    renaming.finish()
    assert profiles.names() == [left]
