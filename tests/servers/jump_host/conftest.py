"""A server that is reached through a jump host: two real sshds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import towards
from tests.support.servers.jump_host import JumpHostSshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


@pytest.fixture
def jump_host(tmp_path: Path) -> Iterator[JumpHostSshd]:
    place = tmp_path / "jump host"
    place.mkdir()
    server = JumpHostSshd(place)
    server.start()
    yield server
    server.end()
    print(server.log())


@pytest.fixture
def profile(sshd: RealSshd, jump_host: JumpHostSshd, sample_folder: Path) -> Profile:
    """A backup by way of the jump host, where nobody may sign in yet."""
    profile = towards(sshd, folders=(str(sample_folder),))
    (sshd.folder / "backup" / profile.name).mkdir(parents=True, mode=0o700)
    server = msgspec.structs.replace(profile.server, jump=jump_host.address)
    return msgspec.structs.replace(profile, server=server)
