"""A backup's key and its protection are made together and tried together."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.requests import rsa_key
from tests.support.data.trees import tree
from wizard.client.keys import key_files, protected_key, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.storage import files, profiles
from wizard.trouble import explain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.agent import Agent
    from wizard.profile import Profile

TYPED = Secret("typed by a person")


def _with(protection: str, file: str = "") -> Profile:
    return a_profile(key=Key(protection=protection, file=file))  # type: ignore[arg-type]


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("typed", [None, TYPED], ids=["made up", "typed"])
def test_the_keyring_gets_the_passphrase_of_a_new_key(typed: Secret | None) -> None:
    profile = _with("keyring")
    line = protected_key.ensure(profile, typed)
    kept = secrets.fetch("amamac", "passphrase")
    assert line == key_files.public_line(profile.key_path)
    assert line.endswith(" backup-wizard-amamac")
    assert key_files.opens(profile.key_path, kept)
    assert not key_files.opens(profile.key_path, None)
    assert typed is None or kept.reveal() == typed.reveal()


@pytest.mark.usefixtures("secret_service")
def test_doing_it_again_changes_nothing(home: Path) -> None:
    line = protected_key.ensure(_with("keyring"))
    before = tree(home / ".ssh")
    assert protected_key.ensure(_with("keyring")) == line
    assert tree(home / ".ssh") == before


@pytest.mark.usefixtures("secret_service")
def test_begun_again_while_it_is_at_work_it_leaves_a_key_that_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()
    real = key_files.make

    def slow(*arguments: Any) -> None:
        asked.set()
        answered.wait()
        real(*arguments)

    monkeypatch.setattr(key_files, "make", slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(protected_key.ensure, _with("keyring"))
        asked.wait()
        second = pool.submit(protected_key.ensure, _with("keyring"))
        wait([second], timeout=0.2)  # as far as it gets while the first is at work
        answered.set()
        assert second.result() == first.result()
    assert key_files.opens(_with("keyring").key_path, secrets.fetch("amamac", "passphrase"))


def test_without_a_keyring_no_key_is_made(home: Path) -> None:
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("keyring"))
    assert failure.value.kind is Kind.KEYRING_MISSING
    assert not (home / ".ssh").exists()


@pytest.mark.usefixtures("secret_service")
def test_no_passphrase_stays_for_a_key_that_could_not_be_made(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def fail(path: Path, *_: object) -> None:
        raise Failure(Kind.DISK_FULL_HERE, str(path))

    monkeypatch.setattr(files, "create", fail)
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("keyring"))
    assert failure.value.kind is Kind.DISK_FULL_HERE
    assert not any((home / ".ssh").iterdir())
    with pytest.raises(Failure) as missing:
        secrets.fetch("amamac", "passphrase")
    assert missing.value.kind is Kind.SECRET_MISSING


@pytest.mark.usefixtures("secret_service")
def test_a_passphrase_kept_before_survives_a_failure() -> None:
    protected_key.ensure(_with("keyring"))
    kept = secrets.fetch("amamac", "passphrase").reveal()
    _with("keyring").key_path.unlink()  # its public half stays, and no new key can be made over it
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("keyring"))
    assert failure.value.kind is Kind.FILE_EXISTS
    assert secrets.fetch("amamac", "passphrase").reveal() == kept


def test_a_key_to_be_asked_for_is_made_with_what_was_typed() -> None:
    protected_key.ensure(_with("ask"), TYPED)
    assert key_files.opens(_with("ask").key_path, TYPED)
    assert not key_files.opens(_with("ask").key_path, None)


@pytest.mark.parametrize("typed", [None, Secret("")], ids=["nothing", "an empty text"])
def test_a_key_to_be_asked_for_is_never_made_unprotected(home: Path, typed: Secret | None) -> None:
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("ask"), typed)
    assert failure.value.kind is Kind.PASSPHRASE_UNASKED
    assert not (home / ".ssh").exists()


def test_an_unprotected_key_is_made_where_that_was_chosen() -> None:
    protected_key.ensure(_with("none"))
    assert key_files.opens(_with("none").key_path, None)


@pytest.mark.parametrize(
    ("made_with", "protection", "typed", "kind"),
    [
        (TYPED, "none", None, Kind.PASSPHRASE_WRONG),
        (TYPED, "ask", Secret("another"), Kind.PASSPHRASE_WRONG),
        (TYPED, "keyring", Secret("another"), Kind.PASSPHRASE_WRONG),
        (TYPED, "keyring", None, Kind.SECRET_MISSING),
    ],
)
@pytest.mark.usefixtures("secret_service")
def test_a_key_of_the_person_s_is_refused_if_its_protection_doesn_t_open_it(
    home: Path, made_with: Secret, protection: str, typed: Secret | None, kind: Kind
) -> None:
    key_files.make(home / "mine", "mine", made_with)
    before = tree(home)
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with(protection, "~/mine"), typed)
    assert failure.value.kind is kind
    assert {name: entry for name, entry in tree(home).items() if "mine" in name} == {
        name: entry for name, entry in before.items() if "mine" in name
    }


@pytest.mark.parametrize(
    ("made_with", "protection", "typed"),
    [(None, "none", None), (TYPED, "ask", TYPED), (TYPED, "ask", None), (TYPED, "keyring", TYPED)],
)
@pytest.mark.usefixtures("secret_service")
def test_a_key_of_the_person_s_is_taken_as_it_is(
    home: Path, made_with: Secret | None, protection: str, typed: Secret | None
) -> None:
    key_files.make(home / "mine", "mine", made_with)
    assert protected_key.ensure(_with(protection, "~/mine"), typed).endswith(" mine")
    if protection == "keyring":
        assert secrets.fetch("amamac", "passphrase").reveal() == TYPED.reveal()


@pytest.mark.parametrize("has_public_half", [True, False])
@pytest.mark.parametrize(("bits", "is_taken"), [("2048", False), ("3072", True)])
def test_a_weak_key_of_the_person_s_is_refused_in_a_sentence(
    home: Path, bits: str, is_taken: bool, has_public_half: bool
) -> None:
    argv = ["ssh-keygen", "-q", "-t", "rsa", "-b", bits, "-N", "", "-C", "mine", "-f", str(home / "mine")]
    subprocess.run(argv, check=True)
    if not has_public_half:
        (home / "mine.pub").unlink()
    if is_taken:
        assert protected_key.ensure(_with("none", "~/mine")).endswith(" mine")
        return
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("none", "~/mine"))
    assert failure.value.kind is Kind.KEY_WEAK
    assert "~/mine (an RSA key needs at least 3072 bits, and this one has 2048)" in explain(failure.value).what


def test_a_weak_key_in_the_agent_is_refused(home: Path) -> None:
    kept = key_files.keep_agent_key("amamac", rsa_key(2048))
    with pytest.raises(Failure) as failure:
        protected_key.ensure(_with("ask", str(kept)))
    assert failure.value.kind is Kind.KEY_WEAK


def test_a_key_in_the_agent_is_taken_while_the_agent_holds_it(home: Path, agent: Agent) -> None:
    key_files.make(home / "held", "held", None)
    kept = key_files.keep_agent_key("amamac", key_files.public_line(home / "held"))
    profile = _with("ask", str(kept))
    with pytest.raises(Failure) as failure:
        protected_key.ensure(profile)
    assert failure.value.kind is Kind.AGENT_SILENT
    agent.add(home / "held")
    assert protected_key.ensure(profile) == key_files.public_line(home / "held")


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("is_refused", [False, True], ids=["killed", "refused"])
def test_a_key_of_ones_own_that_moves_into_the_keyring_never_leaves_the_profile_with_anothers_passphrase(
    is_refused: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _with("keyring")
    protected_key.ensure(made)
    profiles.save(made)
    (home / ".ssh" / "own").parent.mkdir(exist_ok=True)
    key_files.make(home / ".ssh" / "own", "amanda", TYPED)
    own = _with("keyring", "~/.ssh/own")
    seen: list[Key] = []

    def store(*_: object) -> None:
        seen.append(profiles.load("amamac").key)
        if is_refused:
            raise Failure(Kind.KEYRING_REFUSED)

    monkeypatch.setattr(secrets, "store", store)
    with pytest.raises(Failure) if is_refused else nullcontext():
        protected_key.ensure(own, TYPED)
    assert seen == [Key(protection="ask", file="~/.ssh/own")]
    assert not is_refused or profiles.load("amamac") == made
