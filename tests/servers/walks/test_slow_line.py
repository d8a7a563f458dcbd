"""The whole walk over a line on which every word takes its time: it ends as on any other, and tells what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import towards
from tests.support.network.gate import Gate
from tests.support.servers import placing
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

EACH_WAY = 0.1  # seconds


@pytest.fixture
def profile(sshd: RealSshd, sample_folder: Path) -> Iterator[Profile]:
    (sshd.folder / "backup/amamac").mkdir(parents=True)
    with Gate(sshd.port, EACH_WAY) as line:
        yield placing.at_port(towards(sshd, folders=(str(sample_folder),)), line.port)


@pytest.mark.long
def test_the_whole_walk_over_a_slow_line(sshd: RealSshd, profile: Profile, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    assert backup_wizard("--answers", answers).exit_code == 75
    sshd.install(backup_wizard("export", profile.name, "--format", "authorized-keys").stdout)

    program = Path(sys.executable).parent / "backup-wizard"
    with subprocess.Popen([program, "--answers", answers], stdout=subprocess.PIPE, text=True) as walking:
        assert walking.stdout
        told = [line for line in walking.stdout if walking.poll() is None]
    assert walking.returncode == 0
    assert any("accepts this computer" in line for line in told)  # while it was still at work

    checked = backup_wizard("check", profile.name, "--json")
    assert (checked.exit_code, checked.json["verdict"]) == (0, "locked")
    practised = backup_wizard("dry-run", profile.name, "--json")
    assert practised.exit_code == 0
    assert practised.json["new"] == practised.json["files"] > 10
