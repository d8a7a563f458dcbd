"""From the command to the backup: a timer of a real manager makes it, and nobody else has a part in it."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import towards
from tests.support.schedule.user_manager import UserManager
from tests.support.servers import sign_in
from wizard.client import access
from wizard.client.keys import protected_key
from wizard.profile import Key
from wizard.running import record
from wizard.server import exports
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd

_PROGRAM = Path(sys.executable).with_name("backup-wizard")
_EACH_SECOND = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n"
_TELLS_ITS_END = "[Service]\nExecStopPost=/bin/sh -c 'echo $EXIT_STATUS >{told}'\n"
_PATIENCE_SECONDS = 60


@pytest.fixture
def manager(secret_service: SecretService) -> Iterator[UserManager]:
    with UserManager() as running:
        yield running


def drop_in(home: Path, unit: str, text: str) -> None:
    folder = home / f".config/systemd/user/backup-wizard.{unit}.d"
    folder.mkdir(parents=True)
    (folder / "test.conf").write_text(text)


def test_a_timer_that_was_set_backs_up(
    home: Path, tmp_path: Path, manager: UserManager, sshd: RealSshd, sample_folder: Path
) -> None:
    profile = towards(sshd, key=Key(protection="keyring"), folders=(str(sample_folder),))
    protected_key.ensure(profile)
    line = exports.export(profile, access.facts(profile), "authorized-keys").rpartition(" ssh-")[0]
    sign_in.let_in(sshd, profile, line)
    profiles.save(profile)
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    kept = sshd.folder / "backup/amamac"
    kept.mkdir(parents=True)
    told = tmp_path / "told"
    os.mkfifo(told)
    drop_in(home, "timer", _EACH_SECOND)
    drop_in(home, "service", _TELLS_ITS_END.format(told=told))
    listening = os.open(told, os.O_RDWR)
    assert manager.run(_PROGRAM, "schedule", "amamac", "hourly").returncode == 0
    while True:
        assert select.select([listening], [], [], _PATIENCE_SECONDS)[0], "the timer started nothing"
        ended = os.read(listening, 100).decode().split()
        assert set(ended) <= {"0", "75"}, manager.ask("status", "backup-wizard.service")
        if record.read("amamac").last_good:
            break
        assert record.read("amamac").result == "done", record.read("amamac")
    sent = kept / sample_folder.name
    assert {path.name for path in sent.iterdir()} == {path.name for path in sample_folder.iterdir()}
