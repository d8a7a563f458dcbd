"""Secrets are kept in the person's keyring, shown nowhere, and never anywhere else instead."""

from __future__ import annotations

import fcntl
import os
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends import chainer, fail, null
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from tests.support.keyrings import Forgetful, PlainText
from tests.support.secret_service import reset_keyring
from wizard.client.keys import keyring_turn, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.storage import files, paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyring.backend import KeyringBackend

    from tests.support.secret_service import SecretService

CANARY = "canary-5f1d0c"
USES: list[Callable[[], object]] = [
    secrets.keyring_name,
    lambda: secrets.store("amamac", "passphrase", Secret(CANARY)),
    lambda: secrets.fetch("amamac", "passphrase"),
    lambda: secrets.remove("amamac", "passphrase"),
]
ON_EVERY_USE = pytest.mark.parametrize("use", USES, ids=["name", "store", "fetch", "remove"])


def test_a_secret_shows_itself_only_when_it_is_asked_to() -> None:
    secret = Secret(CANARY)
    for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]!r}", f"{secret!a}"):
        assert CANARY not in shown
    assert secret.reveal() == CANARY
    assert secret
    assert not Secret("")
    assert not hasattr(secret, "__dict__")


def test_generated_passphrases_differ_and_are_long() -> None:
    made = {secrets.generate().reveal() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43


@pytest.mark.parametrize("text", ["plain", "it's “odd” \\ $HOME", "a" * 2000, " spaces ", "Grüße"])
@pytest.mark.usefixtures("secret_service")
def test_a_secret_comes_back_as_it_went(text: str) -> None:
    secrets.store("amamac", "passphrase", Secret(text))
    assert secrets.fetch("amamac", "passphrase").reveal() == text


@pytest.mark.usefixtures("secret_service")
def test_secrets_of_different_backups_and_kinds_are_kept_apart() -> None:
    kept: list[tuple[str, secrets.What]] = [("a", "passphrase"), ("a", "daemon-password"), ("b", "passphrase")]
    for name, what in kept:
        secrets.store(name, what, Secret(f"{name} {what}"))
    secrets.remove("a", "passphrase")
    secrets.remove("a", "passphrase")
    with pytest.raises(Failure) as failure:
        secrets.fetch("a", "passphrase")
    assert (failure.value.kind, failure.value.about) == (Kind.SECRET_MISSING, "a")
    assert secrets.fetch("a", "daemon-password").reveal() == "a daemon-password"
    assert secrets.fetch("b", "passphrase").reveal() == "b passphrase"


@pytest.mark.usefixtures("secret_service")
def test_storing_again_replaces() -> None:
    for text in ("one", "two"):
        secrets.store("amamac", "passphrase", Secret(text))
    assert secrets.fetch("amamac", "passphrase").reveal() == "two"


def test_the_service_keeps_it_where_the_documentation_says(secret_service: SecretService) -> None:
    secrets.store("amamac", "passphrase", Secret(CANARY))
    assert keyring.get_password("backup-wizard", "amamac/passphrase") == CANARY
    assert secrets.keyring_name()


def test_nothing_of_it_is_readable_in_the_home(secret_service: SecretService, home: Path) -> None:
    secrets.store("amamac", "passphrase", Secret(CANARY))
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


@pytest.mark.parametrize("use", USES[1:], ids=["store", "fetch", "remove"])
def test_a_locked_keyring_is_told(secret_service: SecretService, use: Callable[[], object]) -> None:
    secrets.store("amamac", "passphrase", Secret("kept"))
    secret_service.lock()
    with pytest.raises(Failure) as failure:
        use()
    assert failure.value.kind is Kind.KEYRING_LOCKED


@ON_EVERY_USE
def test_without_a_session_bus_there_is_no_keyring(use: Callable[[], object]) -> None:
    with pytest.raises(Failure) as failure:
        use()
    assert failure.value.kind is Kind.KEYRING_MISSING


@ON_EVERY_USE
@pytest.mark.usefixtures("session_bus")
def test_a_session_bus_alone_is_no_keyring(use: Callable[[], object]) -> None:
    with pytest.raises(Failure) as failure:
        use()
    assert failure.value.kind is Kind.KEYRING_MISSING


@pytest.mark.parametrize("name", ["keyring.backends.SecretService.Keyring", "no.such.Backend"])
@ON_EVERY_USE
def test_a_backend_that_is_asked_for_and_not_there_is_no_keyring(
    monkeypatch: pytest.MonkeyPatch, name: str, use: Callable[[], object]
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    reset_keyring()
    with pytest.raises(Failure) as failure:
        use()
    assert failure.value.kind is Kind.KEYRING_MISSING


@pytest.mark.parametrize("make", [fail.Keyring, null.Keyring, PlainText], ids=["fail", "null", "plain text"])
@ON_EVERY_USE
def test_a_backend_that_keeps_nothing_safe_is_no_keyring(
    make: Callable[[], KeyringBackend], use: Callable[[], object]
) -> None:
    backend = make()
    keyring.set_keyring(backend)
    with pytest.raises(Failure) as failure:
        use()
    assert failure.value.kind is Kind.KEYRING_MISSING
    assert not vars(backend).get("kept")


def test_a_chain_never_falls_back_on_plain_text(monkeypatch: pytest.MonkeyPatch, secret_service: SecretService) -> None:
    plain_text, real = PlainText(), SecretServiceKeyring()  # type: ignore[no-untyped-call]
    chain = chainer.ChainerBackend()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: [plain_text, chain, real])
    keyring.set_keyring(chain)
    secrets.store("amamac", "passphrase", Secret(CANARY))
    assert secrets.fetch("amamac", "passphrase").reveal() == CANARY
    secret_service.lock()
    with pytest.raises(Failure) as failure:
        secrets.store("amamac", "passphrase", Secret(CANARY))
    assert failure.value.kind is Kind.KEYRING_LOCKED
    assert not plain_text.kept


def test_a_secret_that_can_t_be_read_back_was_not_kept() -> None:
    keyring.set_keyring(Forgetful())
    assert secrets.keyring_name() == "Forgetful"
    with pytest.raises(Failure) as failure:
        secrets.store("amamac", "passphrase", Secret(CANARY))
    assert failure.value.kind is Kind.KEYRING_REFUSED


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (keyring.errors.InitError("x"), Kind.KEYRING_REFUSED),
        (keyring.errors.NoKeyringError("x"), Kind.KEYRING_MISSING),
        (keyring.errors.KeyringLocked("x"), Kind.KEYRING_LOCKED),
        (OSError("the platform's own"), Kind.KEYRING_REFUSED),
    ],
)
def test_no_failure_of_a_keyring_shows_the_secret(error: Exception, kind: Kind) -> None:
    keyring.set_keyring(Forgetful(error))
    with pytest.raises(Failure) as failure:
        secrets.store("amamac", "passphrase", Secret(CANARY))
    assert failure.value.kind is kind
    told = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    ours = [line for line in told.format() if __file__ not in line]
    assert CANARY not in "".join(ours)


def test_a_keyring_is_asked_by_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    files.private_folder(paths.state())
    asking, most = 0, 0

    def get_password(*_: object) -> str:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        time.sleep(0)  # whoever else could ask now does
        asking -= 1
        return CANARY

    monkeypatch.setattr(Forgetful, "get_password", get_password)
    keyring.set_keyring(Forgetful())
    with ThreadPoolExecutor(8) as threads:
        for _ in range(400):
            threads.submit(secrets.fetch, "amamac", "passphrase")
    assert most == 1


def test_who_asks_for_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    files.private_folder(paths.state())
    monkeypatch.setattr(keyring_turn, "SECONDS", 0.02)
    monkeypatch.setattr(Forgetful, "get_password", lambda *_: CANARY)
    keyring.set_keyring(Forgetful())
    with keyring_turn.one_at_a_time():
        assert secrets.fetch("amamac", "passphrase").reveal() == CANARY


def test_another_program_that_asks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.open(files.private_folder(paths.state()), os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    done = list[str]()

    def end_the_other(_: float) -> None:
        done.append("the other")
        os.close(other)

    def get_password(*_: object) -> str:
        done.append("we")
        return CANARY

    monkeypatch.setattr(time, "sleep", end_the_other)
    monkeypatch.setattr(Forgetful, "get_password", get_password)
    keyring.set_keyring(Forgetful())
    secrets.fetch("amamac", "passphrase")
    assert done == ["the other", "we"]
