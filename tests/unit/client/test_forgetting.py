"""Forgetting a backup removes all that is its own, and nothing of the person's or of another backup's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from wizard.client import forgetting
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import found_keys, key_files, protected_key, secrets
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key, Server
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.steps import Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService
    from wizard.profile import Profile, Protection

HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")


def begun(name: str, protection: str, file: str = "") -> Profile:
    server = Server(host="files.example.lan", user="amanda", host_keys=(HOST_KEY.fingerprint,))
    key = Key(protection=protection, file=file)  # type: ignore[arg-type]
    profile = a_profile(name=name, server=server, key=key)
    steps.record(Walk(profile))
    protected_key.ensure(profile, Secret("typed") if protection == "ask" else None)
    known_hosts.trust(profile, [HOST_KEY])
    return profile


@pytest.mark.parametrize("remove_key", [True, False])
@pytest.mark.usefixtures("secret_service")
def test_all_that_is_the_backup_s_own_goes(home: Path, remove_key: bool) -> None:
    gone, kept = begun("gone", "keyring"), begun("kept", "keyring")
    forgetting.forget("gone", remove_key=remove_key)
    assert profiles.names() == ["kept"]
    assert not paths.walk_state("gone").exists()
    assert gone.key_path.exists() is not remove_key
    assert not known_hosts.trusts(gone)
    if remove_key:
        with pytest.raises(Failure) as failure:
            secrets.fetch("gone", "passphrase")
        assert failure.value.kind is Kind.SECRET_MISSING
    else:
        assert key_files.opens(gone.key_path, secrets.fetch("gone", "passphrase"))
    assert known_hosts.trusts(kept)
    assert protected_key.ensure(kept)


@pytest.mark.parametrize("protection", ["none", "ask"])
def test_a_key_that_no_keyring_knows_needs_no_keyring(protection: str) -> None:
    profile = begun("amamac", protection)
    forgetting.forget("amamac", remove_key=True)
    assert not any(profile.key_path.parent.iterdir())


def test_a_key_of_the_person_s_own_stays(home: Path) -> None:
    key_files.make(home / ".ssh/id_ed25519", "amanda@amamac", None)
    before = tree(home / ".ssh")
    begun("amamac", "none", "~/.ssh/id_ed25519")
    assert forgetting.own_keys("amamac") == []
    forgetting.forget("amamac", remove_key=True)
    assert tree(home / ".ssh") == before


def test_an_agent_s_key_stays_in_the_agent_and_on_the_disk(home: Path, agent: Agent) -> None:
    key_files.make(home / "held", "backup-wizard-amamac", None)
    agent.add(home / "held")
    kept = key_files.keep_agent_key("amamac", key_files.public_line(home / "held"))
    begun("amamac", "ask", str(kept))
    forgetting.forget("amamac", remove_key=True)
    assert not kept.exists()
    assert (home / "held").exists()
    assert len(found_keys.agent_lines()) == 1


def test_with_a_locked_keyring_nothing_goes(secret_service: SecretService) -> None:
    profile = begun("amamac", "keyring")
    secret_service.lock()
    with pytest.raises(Failure) as failure:
        forgetting.forget("amamac", remove_key=True)
    assert failure.value.kind is Kind.KEYRING_LOCKED
    assert profiles.names() == ["amamac"]
    assert profile.key_path.exists()
    assert known_hosts.trusts(profile)


@pytest.mark.parametrize("protection", ["keyring", "none"])
def test_with_a_keyring_out_of_reach_nothing_goes_that_it_may_hold(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protection: Protection
) -> None:
    installed = tmp_path / "dbus-1/services/org.freedesktop.secrets.service"
    installed.parent.mkdir(parents=True)
    installed.touch()
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    profiles.save(a_profile(key=Key(protection=protection)))
    if protection == "none":
        forgetting.forget("amamac", remove_key=True)
        return
    with pytest.raises(Failure) as failure:
        forgetting.forget("amamac", remove_key=True)
    assert failure.value.kind is Kind.KEYRING_UNREACHABLE
    assert profiles.names() == ["amamac"]


def test_one_that_never_was_is_told() -> None:
    with pytest.raises(Failure) as failure:
        forgetting.forget("amamac", remove_key=True)
    assert failure.value.kind is Kind.NO_SUCH_PROFILE
