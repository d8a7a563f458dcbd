"""Servers that refuse the password, the home or the shell, and none that sees what it should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.walks.by_password.installing import do_it, failed
from tests.support import canary
from tests.support.data.profiles import towards
from tests.support.servers.office import ACCOUNT
from tests.support.servers.with_password import HOME, KEYS, begun
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office
    from tests.support.servers.real_sshd import RealSshd


async def test_a_wrong_password_is_told_as_such(office: Office, sample_folder: Path) -> None:
    wrong = await failed(office, begun(office, sample_folder), password=Secret(f"{canary.SECRET}x"))
    assert wrong.kind is Kind.PASSWORD_WRONG


async def test_a_server_that_takes_no_passwords_is_told_as_such(sshd: RealSshd, sample_folder: Path) -> None:
    profile = towards(sshd, folders=(str(sample_folder),))
    known_hosts.trust(profile, [HostKey(*key.split()) for key in sshd.public_host_keys])
    protected_key.ensure(profile)
    with pytest.raises(Failure) as raised:
        await do_it(profile)
    assert raised.value.kind is Kind.PASSWORD_NOT_TAKEN


@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa"])
async def test_another_server_never_sees_the_password(key_type: str, office: Office, sample_folder: Path) -> None:
    profile, before = begun(office, sample_folder), office.log()
    office.run("ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", f"{HOME}/other")
    other = HostKey(*office.path(f"{HOME}/other.pub").read_text().split()[:2])
    server = msgspec.structs.replace(profile.server, host_keys=(other.fingerprint,))
    profile = msgspec.structs.replace(profile, server=server)
    known_hosts.trust(profile, [other])
    assert (await failed(office, profile)).kind is Kind.HOST_KEY_CHANGED
    office.connections()  # by then all is logged
    assert "password" not in office.log().removeprefix(before)


async def test_a_home_that_cannot_be_written_to(office: Office, sample_folder: Path) -> None:
    office.run("chown", "root:", HOME)
    office.run("rm", "-r", f"{HOME}/.ssh")
    closed = await failed(office, begun(office, sample_folder))
    assert closed.kind is Kind.SERVER_HOME_CLOSED
    assert "ermission denied" in closed.raw


@pytest.mark.parametrize(
    "make",
    ["mkfifo -m 600", "ln -s /dev/zero", "ln -s /dev/null"],
    ids=["a pipe", "without end", "a device"],
)
async def test_what_is_no_file_is_neither_waited_for_nor_replaced(
    make: str, office: Office, sample_folder: Path
) -> None:
    office.run("sh", "-c", f"rm {KEYS} && {make} {KEYS} && chown -h {ACCOUNT}: {KEYS}")
    closed = await failed(office, begun(office, sample_folder))
    assert closed.kind is Kind.SERVER_HOME_CLOSED
    assert ".ssh/authorized_keys is not a file" in closed.raw


async def test_a_shell_that_starts_nothing(office: Office, sample_folder: Path) -> None:
    office.run("usermod", "-s", "/usr/sbin/nologin", ACCOUNT)
    assert (await failed(office, begun(office, sample_folder))).kind is Kind.SERVER_SHELL_BLOCKS
