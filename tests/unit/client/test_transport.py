"""Our own sign-ins go to the server whose key was confirmed, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.profiles import towards
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.ssh import transport
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from tests.conftest import StartSshd
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


def confirmed(shown_by: RealSshd, at: RealSshd) -> Profile:
    """A profile for the one server, with the other one's key confirmed."""
    profile = towards(at)
    profile = msgspec.structs.replace(
        profile, server=msgspec.structs.replace(profile.server, host_keys=shown_by.fingerprints)
    )
    known_hosts.trust(profile, [HostKey(*key.split()) for key in shown_by.public_host_keys])
    return profile


def meet(profile: Profile) -> None:
    transport.meet(profile).close()


def test_a_server_that_shows_another_key_is_not_signed_in_to(start_sshd: StartSshd) -> None:
    ours, another = start_sshd(), start_sshd()
    meet(confirmed(ours, ours))
    with pytest.raises(Failure) as failure:
        meet(confirmed(ours, another))
    assert failure.value.kind is Kind.HOST_KEY_CHANGED
