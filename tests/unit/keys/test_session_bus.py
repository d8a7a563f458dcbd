"""A keyring is found where the environment doesn't name its bus, and told from one that isn't there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.secret_service import reset_keyring
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService


def test_a_keyring_of_the_same_sign_in_is_found(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    reset_keyring()
    secrets.store("amamac", "passphrase", Secret("kept"))
    assert secrets.fetch("amamac", "passphrase").reveal() == "kept"


def test_a_bus_of_somebody_else_s_is_not_used(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    os.chown(Path(os.environ["XDG_RUNTIME_DIR"], "bus"), 65534, -1)
    reset_keyring()
    with pytest.raises(Failure) as failed:
        secrets.store("amamac", "passphrase", Secret("kept"))
    assert failed.value.kind is Kind.KEYRING_MISSING


@pytest.mark.parametrize("installed", [True, False])
def test_an_installed_keyring_is_only_out_of_reach(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    if installed:
        (tmp_path / "dbus-1/services").mkdir(parents=True)
        (tmp_path / "dbus-1/services/org.freedesktop.secrets.service").touch()
    reset_keyring()
    with pytest.raises(Failure) as failed:
        secrets.keyring_name()
    assert failed.value.kind is (Kind.KEYRING_UNREACHABLE if installed else Kind.KEYRING_MISSING)
