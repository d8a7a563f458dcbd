"""What a session keeps: access to the server is prepared once, and again where something it rests on has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import key_files
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Key, Server

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")


@pytest.fixture
def profile(home: Path) -> Profile:
    server = Server(host="files.example.lan", user="amanda", host_keys=(HOST_KEY.fingerprint,))
    profile = a_profile(server=server, key=Key(protection="none", file=str(home / "key")))
    key_files.make(home / "key", "key", None)
    known_hosts.trust(profile, [HOST_KEY])
    return profile


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Profile]:
    """The profiles for which access was prepared."""
    seen: list[Profile] = []
    real = access.prepare

    def prepare(profile: Profile, socket: Path | None = None) -> Access:
        seen.append(profile)
        return real(profile, socket)

    monkeypatch.setattr(access, "prepare", prepare)
    return seen


async def test_it_is_prepared_once(profile: Profile, prepared: list[Profile]) -> None:
    with Session() as session:
        assert await session.access(profile) == await session.access(profile)
    assert prepared == [profile]


async def test_another_profile_is_prepared_for(profile: Profile, prepared: list[Profile]) -> None:
    with Session() as session:
        await session.access(profile)
        changed = msgspec.structs.replace(profile, exclude=("*.tmp",))
        await session.access(changed)
        await session.access(profile)
    assert prepared == [profile, changed, profile]


async def test_a_key_that_was_made_anew_is_read_anew(home: Path, profile: Profile) -> None:
    with Session() as session:
        before = await session.access(profile)
        key_files.remove(home / "key")
        key_files.make(home / "key", "another", None)
        after = await session.access(profile)
    assert before.facts.public_key != after.facts.public_key
    assert after.facts.public_key == key_files.public_line(home / "key")


async def test_a_host_key_that_is_no_longer_trusted_is_noticed(profile: Profile) -> None:
    with Session() as session:
        await session.access(profile)
        known_hosts.forget(profile.name)
        with pytest.raises(Failure) as failure:
            await session.access(profile)
    assert failure.value.kind is Kind.HOST_KEY_UNKNOWN
