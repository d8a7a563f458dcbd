"""`backup-wizard schedule` as a person runs it, with a real manager of systemd's, a real server and a real keyring."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.data.profiles import towards
from tests.support.data.trees import tree
from tests.support.schedule.user_manager import UserManager
from tests.support.servers import sign_in
from wizard.client import access
from wizard.client.keys import protected_key
from wizard.client.keys.secrets import Secret
from wizard.profile import Key, Schedule
from wizard.server import exports
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.secret_service import SecretService
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile, Protection

_PROGRAM = Path(sys.executable).with_name("backup-wizard")


@pytest.fixture
def manager(secret_service: SecretService) -> Iterator[UserManager]:
    with UserManager() as running:
        yield running


def begin(sshd: RealSshd, protection: Protection) -> Profile:
    profile = towards(sshd, key=Key(protection=protection))
    protected_key.ensure(profile, Secret("typed by a person") if protection == "ask" else None)
    sign_in.let_in(
        sshd, profile, exports.export(profile, access.facts(profile), "authorized-keys").rpartition(" ssh-")[0]
    )
    profiles.save(profile)
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    return profile


def schedule(manager: UserManager, *arguments: str) -> tuple[int, dict[str, Any]]:
    ended = manager.run(_PROGRAM, "schedule", "amamac", *arguments, "--json")
    return ended.returncode, json.loads(ended.stdout)


def test_the_scheduler_itself_reaches_the_keyring_and_the_server(manager: UserManager, sshd: RealSshd) -> None:
    begin(sshd, "keyring")
    (sshd.folder / "backup/amamac").mkdir(parents=True)
    before = tree(sshd.folder)
    exit_code, told = schedule(manager, "daily", "--at", "12:30", "--on-battery")
    assert (exit_code, told["trial"]) == (0, {"exit_code": 0, "sentence": "", "instead": "", "seems_to_run": True})
    assert sshd.log().count("Accepted publickey") == 1
    assert tree(sshd.folder) == before
    assert profiles.load("amamac").schedule == Schedule(every="daily", at="12:30", on_battery=True)
    assert "backup-wizard.timer" in manager.ask("list-timers")
    assert manager.ask("is-enabled", "backup-wizard.timer").strip() == "enabled"
    assert "trial" not in manager.ask("list-units", "--all") + manager.ask("list-unit-files")


def test_a_key_that_asks_each_time_is_told_with_what_to_choose_instead(manager: UserManager, sshd: RealSshd) -> None:
    begin(sshd, "ask")
    exit_code, told = schedule(manager, "hourly")
    assert (exit_code, told["every"], told["trial"]["exit_code"]) == (1, "hourly", 69), told
    assert "passphrase each time" in told["trial"]["sentence"]
    assert "let your keyring save" in told["trial"]["instead"]
    said = manager.run(_PROGRAM, "schedule", "amamac", "weekly")
    assert said.returncode == 1
    assert "Every week. It waits while" in said.stdout
    assert "~/.config/systemd/user/backup-wizard.timer" in said.stdout
    assert "let your keyring save" in said.stderr
