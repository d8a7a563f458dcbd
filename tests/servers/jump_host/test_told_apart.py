"""Whose a failure is, the jump host's or the server's, is told by what ssh says, without asking any further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wizard import trouble
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.client.ssh import program
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Kind, ProgramFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.servers.jump_host import JumpHostSshd
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


def meets(jump_host: JumpHostSshd, home: Path) -> None:
    jump_host.meet(home)


def comes_in(jump_host: JumpHostSshd, home: Path) -> None:
    jump_host.meet(home)
    jump_host.admit(home)


def comes_in_only(jump_host: JumpHostSshd, home: Path) -> None:
    jump_host.meet(home)
    jump_host.admit(home, "restrict")


def finds_it_off(jump_host: JumpHostSshd, home: Path) -> None:
    jump_host.end()


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (lambda *_: None, Kind.JUMP_KEY_UNKNOWN),
        (meets, Kind.JUMP_REFUSES_KEY),
        (comes_in_only, Kind.JUMP_CANT_CONNECT),
        (finds_it_off, Kind.JUMP_UNREACHABLE),
        (comes_in, Kind.KEY_REFUSED),
    ],
)
async def test_it_is_told_by_what_ssh_says(
    person: Callable[[JumpHostSshd, Path], None],
    kind: Kind,
    profile: Profile,
    jump_host: JumpHostSshd,
    sshd: RealSshd,
    home: Path,
) -> None:
    person(jump_host, home)
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])
    protected_key.ensure(profile)
    admitted = access.prepare(profile)
    with pytest.raises(ProgramFailed) as failed:
        async with shared(profile, admitted):
            pass
    assert trouble.kind_of(failed.value, profile) is kind
    alone = await program.run(profile, admitted, ("true",))
    assert trouble.kind_of(ProgramFailed("ssh", alone.exit_code, alone.stderr), profile) is kind
    told = trouble.explain(failed.value, profile)
    assert told.waits_for_admin is (kind is Kind.KEY_REFUSED)
    # Without a jump host, the same words are the server's.
    straight = replace(profile, server=replace(profile.server, jump=""))
    assert not trouble.kind_of(failed.value, straight).startswith("jump_")
