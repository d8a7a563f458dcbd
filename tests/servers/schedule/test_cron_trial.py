"""A trial in cron's own environment: what a terminal has beside is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.commands import backup_wizard
from tests.support.data.profiles import towards
from tests.support.servers import sign_in
from wizard.client import access
from wizard.client.keys import key_files, protected_key
from wizard.profile import Key
from wizard.schedule import trial
from wizard.schedule.schedulers import cron
from wizard.server import exports
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.agent import Agent
    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile


def let_in(sshd: RealSshd, profile: Profile) -> None:
    line = exports.export(profile, access.facts(profile), "authorized-keys")
    sign_in.let_in(sshd, profile, line.rpartition(" ssh-")[0])
    profiles.save(profile)
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))


def test_a_key_that_opens_by_itself_reaches_the_server(
    sshd: RealSshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sshd.folder / "backup/amamac").mkdir(parents=True)
    profile = towards(sshd, key=Key(protection="none"))
    protected_key.ensure(profile)
    let_in(sshd, profile)
    ended = backup_wizard("schedule", "amamac", "daily")
    assert ended.exit_code == 0, ended.stderr
    assert "Tested: started this way, backup-wizard can sign in to the server." in ended.stdout
    monkeypatch.setattr(cron, "_PROCESSES", tmp_path)
    for number, name in enumerate(("init", "crond"), 1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{name}\n")
        assert (trial.CRON_IS_OFF in trial.of(profile).in_words) is (name == "init")


def test_a_key_in_the_agent_of_the_terminal_is_out_of_reach(home: Path, sshd: RealSshd, agent: Agent) -> None:
    key_files.make(home / "held", "backup-wizard-amamac", None)
    agent.add(home / "held")
    kept = key_files.keep_agent_key("amamac", key_files.public_line(home / "held"))
    let_in(sshd, towards(sshd, key=Key(protection="ask", file=str(kept))))
    ended = backup_wizard("schedule", "amamac", "daily")
    assert ended.exit_code == 1
    assert "Tested: started this way, backup-wizard can't back up yet." in ended.stderr
    assert "Choose a key that isn't only in the agent." in ended.stderr
    assert profiles.load("amamac").schedule.every == "daily"
