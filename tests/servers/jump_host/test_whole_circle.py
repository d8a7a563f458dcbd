"""A backup by way of a jump host: every connection of it goes there, and nothing of ours does."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.support import processes
from tests.support.commands import backup_wizard
from tests.support.servers.jump_host import fingerprint
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.client.ssh import dial
from wizard.server.reaching import host_trust, probe
from wizard.storage import profiles
from wizard.trouble import diagnose_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import StartSshd
    from tests.support.servers.jump_host import JumpHostSshd
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


@pytest.mark.long
def test_the_whole_circle(
    profile: Profile, jump_host: JumpHostSshd, sshd: RealSshd, sample_folder: Path, home: Path, tmp_path: Path
) -> None:
    own_key = jump_host.admit(home)
    jump_host.meet(home)
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr
    jump_host.end()
    off = backup_wizard("--answers", answers)
    assert (off.exit_code, off.stdout.count("Waiting")) == (69, 0)
    assert f"Can't connect to the jump host {jump_host.address}" in off.stderr
    jump_host.start()
    sshd.install(backup_wizard("export", profile.name, "--format", "authorized-keys").stdout)
    done = backup_wizard("--answers", answers)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert backup_wizard("run", profile.name).exit_code == 0
    assert (sshd.folder / "backup" / profile.name / sample_folder.name / "plain.txt").exists()
    assert backup_wizard("run", profile.name, "--json").json["new"] == 0
    # All that the server has seen came from the jump host, which was shown the person's own key and no other.
    assert sshd.log().count("Connection from ") <= jump_host.log().count("Accepted publickey") + 1
    assert sshd.log().count("Connection from ") > 10
    assert own_key in jump_host.log()
    assert fingerprint(profile.key_path) not in jump_host.log()
    for named in (profile.key_path, home / ".ssh/known_hosts"):
        processes.wait_for_end(processes.naming(named))


async def test_all_its_host_keys_are_found(
    profile: Profile, jump_host: JumpHostSshd, sshd: RealSshd, home: Path
) -> None:
    jump_host.admit(home)
    jump_host.meet(home)
    assert [key.fingerprint for key in await probe.host_keys(dial.ssh(profile))] == list(sshd.fingerprints)
    assert await dial.round_trip(dial.ssh(profile)) > 0
    assert dial.own_address(dial.ssh(profile)) == ""  # the server sees the jump host's
    assert diagnose_key.by_address(only_from_elsewhere(profile)) is None


@pytest.mark.parametrize(
    "setting", ["KexAlgorithms sntrup761x25519-sha512@openssh.com", "Ciphers chacha20-poly1305@openssh.com"]
)
async def test_a_server_that_only_the_ssh_program_can_talk_to_shows_its_keys_as_well(
    setting: str, profile: Profile, jump_host: JumpHostSshd, start_sshd: StartSshd, home: Path
) -> None:
    jump_host.admit(home)
    jump_host.meet(home)
    server = start_sshd(settings=[setting], key_types=("ed25519", "rsa"))
    behind = replace(profile, server=replace(profile.server, port=server.port))
    assert [key.fingerprint for key in await probe.host_keys(dial.ssh(behind))] == list(server.fingerprints)
    assert "Failed" not in server.log()  # nobody has tried to sign in, which a server may count


async def test_what_the_person_s_ssh_knows_by_the_same_name_contradicts_nothing(
    profile: Profile, jump_host: JumpHostSshd, sshd: RealSshd, home: Path
) -> None:
    jump_host.admit(home)
    jump_host.meet(home)
    unconfirmed = replace(profile, server=replace(profile.server, host_keys=()))
    known = home / ".ssh/known_hosts"
    before = known.read_text()
    known.write_text(f"{before}[{sshd.host}]:{sshd.port} {jump_host.public_host_keys[0]}\n")
    assert (await host_trust.meet(unconfirmed)).status is HostKeyStatus.NEW
    known.write_text(f"{before}[{sshd.host}]:{sshd.port} {sshd.public_host_keys[0]}\n")
    assert (await host_trust.meet(unconfirmed)).status is HostKeyStatus.KNOWN


async def test_a_connection_that_is_left_leaves_no_ssh_behind(
    profile: Profile, jump_host: JumpHostSshd, home: Path
) -> None:
    jump_host.admit(home)
    jump_host.meet(home)
    connected = dial.connect(dial.ssh(profile), 5)
    assert connected.recv(4) == b"SSH-"
    assert processes.naming(home / ".ssh/known_hosts")
    connected.close()
    assert not processes.naming(home / ".ssh/known_hosts")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):  # cut off while it connects, or a little later
            _reader, writer = await dial.open_stream(dial.ssh(profile), 100, 5)
            writer.close()
            await writer.wait_closed()
    assert not processes.naming(home / ".ssh/known_hosts")


def only_from_elsewhere(profile: Profile) -> Profile:
    return replace(profile, scheme=replace(profile.scheme, from_=("192.0.2.0/24",)))
