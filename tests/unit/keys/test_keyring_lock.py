"""A locked keyring is noticed without a prompt: KDE's wallets and a Mac's keychain.

A real Secret Service is in tests/servers/schedule/test_if_due.py.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, POINTER, c_int32, c_uint32, c_void_p
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from keyring.backends import kwallet
from keyring.backends.macOS import Keyring as Keychain

from tests.support.data.profiles import a_profile
from tests.support.secret_service import heard
from tests.unit.keys.kwallet_there import wallets
from wizard.client.keys import keyring_lock, secrets
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.schedule import conditions

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_NO_DEFAULT_KEYCHAIN = -25307
_UNLOCKED, _READABLE, _WRITABLE = 1, 2, 4


def used(monkeypatch: pytest.MonkeyPatch, backend: KeyringBackend) -> None:
    """Each backend is chosen on its own desktop only."""
    monkeypatch.setattr(secrets, "_backend", lambda: backend)


async def is_waited_for() -> bool:
    return await conditions.is_keyring_locked(a_profile(key=Key(protection="keyring")))


async def test_a_wallet_is_waited_for_until_its_owner_opens_it(
    session_bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used(monkeypatch, kwallet.DBusKeyring())  # type: ignore[no-untyped-call]
    assert await is_waited_for()  # its service doesn't run
    with wallets(session_bus) as there, heard(session_bus) as called:
        assert not await is_waited_for()
        there.open.clear()
        assert await is_waited_for()
        monkeypatch.setenv(secrets.UNATTENDED, "1")
        with pytest.raises(Failure) as failure:
            secrets.fetch("amamac", "passphrase")
        assert failure.value.kind is Kind.KEYRING_LOCKED
        there.open, there.network = {"kdewallet"}, "the network's"
        assert await is_waited_for()
        there.open = {"the network's"}
        assert not await is_waited_for()
    assert "isOpen" in called
    assert "open" not in called


async def test_a_wallet_that_does_not_answer_is_waited_for(session_bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used(monkeypatch, kwallet.DBusKeyring())  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring_lock, "SECONDS", 0.2)
    with wallets(session_bus) as there:
        there.is_silent = True
        assert await is_waited_for()


def security(status: int, result: int = 0) -> Any:
    """What the framework exports of that (SecKeychain.h), as a function of C."""

    def get_status(keychain: int | None, told: Any) -> int:
        assert keychain is None, "the default keychain is the one that programs use"
        told[0] = status
        return result

    called_from_c = CFUNCTYPE(c_int32, c_void_p, POINTER(c_uint32))
    return SimpleNamespace(SecKeychainGetStatus=called_from_c(get_status))


@pytest.mark.parametrize(
    ("framework", "is_locked"),
    [
        (security(_UNLOCKED | _READABLE | _WRITABLE), False),
        (security(_READABLE | _WRITABLE), True),
        (security(_UNLOCKED, _NO_DEFAULT_KEYCHAIN), True),
    ],
    ids=["unlocked", "locked", "none"],
)
async def test_a_keychain_is_waited_for_until_its_owner_unlocks_it(
    framework: Any, is_locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    used(monkeypatch, Keychain())  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring_lock, "_security", lambda: framework)
    assert await is_waited_for() is is_locked
