"""A backup by way of a jump host: every connection of it goes there, and nothing of ours does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import processes
from tests.support.commands import backup_wizard
from tests.support.servers.jump_host import fingerprint
from wizard.client.ssh import dial
from wizard.server.reaching import probe
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.jump_host import JumpHostSshd
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


def test_the_whole_circle(
    profile: Profile, jump_host: JumpHostSshd, sshd: RealSshd, sample_folder: Path, home: Path, tmp_path: Path
) -> None:
    own_key = jump_host.admit(home)
    jump_host.meet(home)
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr
    sshd.install(backup_wizard("export", profile.name, "--format", "authorized-keys").stdout)
    done = backup_wizard("--answers", answers)
    assert done.exit_code == 0, done.stdout + done.stderr
    assert backup_wizard("check", profile.name, "--json").json["verdict"] == "locked"
    assert backup_wizard("dry-run", profile.name, "--json").json["new"] > 0
    assert backup_wizard("run", profile.name).exit_code == 0
    assert (sshd.folder / "backup" / profile.name / sample_folder.name / "plain.txt").exists()
    assert backup_wizard("run", profile.name, "--json").json["new"] == 0
    # All that the server has seen came from the jump host, which was shown the person's own key and no other.
    assert sshd.log().count("Connection from ") <= jump_host.log().count("Accepted publickey") + 1
    assert own_key in jump_host.log()
    assert fingerprint(profile.key_path) not in jump_host.log()
    processes.wait_for_end(processes.naming(profile.key_path))


async def test_all_its_host_keys_are_found(
    profile: Profile, jump_host: JumpHostSshd, sshd: RealSshd, home: Path
) -> None:
    jump_host.admit(home)
    jump_host.meet(home)
    assert [key.fingerprint for key in await probe.host_keys(dial.ssh(profile))] == list(sshd.fingerprints)
    assert 0 < await dial.round_trip(dial.ssh(profile)) < 1
