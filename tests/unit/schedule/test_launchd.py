"""launchd's agent, read back by the rules of its file (launchd.plist(5))."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.schedule import cut_off, launchd_rules
from tests.support.schedule.stand_in import ODD, StandIn
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.schedule import schedulers, setting
from wizard.schedule.schedulers import State, starting_line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mac(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Mac, as far as our own code looks; returns where its agent is."""
    monkeypatch.setattr(sys, "platform", "darwin")
    return home / "Library/LaunchAgents/backup-wizard.plist"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path / (ODD + " <&> "))
    monkeypatch.setattr(starting_line, "program", lambda: made.program)
    return made


def test_the_agent_says_what_launchd_reads_and_starts_what_is_due(mac: Path, stand_in: StandIn) -> None:
    setting.put(a_profile(), Schedule(every="daily"))
    agent = launchd_rules.checked(mac)
    assert mac.stem == agent["Label"]
    assert (agent["StartInterval"], agent["RunAtLoad"], agent["LowPriorityIO"]) == (900, True, True)
    assert (agent["ProcessType"], agent["Nice"]) == ("Background", 19)
    subprocess.run(agent["ProgramArguments"], env={}, check=True)
    assert stand_in.told()[0] == "run --if-due"


def test_a_trial_is_started_by_launchd_itself_and_removed(
    mac: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "programs/backup-wizard"
    launchd_rules.put_launchctl(program.parent)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    program.write_text('#!/bin/sh\necho "$*" "$TERM"; echo <&>it failed >&2; exit 69\n'.replace("<&>", "'<&>' "))
    program.chmod(0o755)
    monkeypatch.setattr(starting_line, "program", lambda: program)
    tried = schedulers.try_now("amamac", threading.Event())
    assert (tried.exit_code, tried.stdout, tried.stderr) == (69, "schedule amamac --try \n", "<&> it failed\n")
    assert not mac.exists()


def test_it_is_loaded_anew_and_goes_with_the_last_schedule(mac: Path, home: Path) -> None:
    profile = setting.put(a_profile(), Schedule(every="daily"))
    assert schedulers.state() is State.OURS
    setting.put(profile, Schedule())
    domain = f"gui/{os.getuid()}"
    label = f"{domain}/backup-wizard"
    done = (home / ".launchctl-of-the-tests").read_text().splitlines()
    assert done == [f"bootout {label}", f"bootstrap {domain} {mac}", f"bootout {label}"]
    assert not mac.exists()


def test_an_agent_that_was_changed_by_hand_stays(mac: Path) -> None:
    profile = setting.put(a_profile(), Schedule(every="daily"))
    changed = mac.read_bytes().replace(b"900", b"90")
    mac.write_bytes(changed)
    for schedule in (Schedule(), Schedule(every="hourly")):
        with pytest.raises(Failure) as failure:
            setting.put(profile, schedule)
        assert (failure.value.kind, failure.value.about) == (Kind.TIMER_CHANGED, str(mac))
    assert mac.read_bytes() == changed


def test_wherever_it_is_cut_off_the_next_call_finishes_it(mac: Path) -> None:
    profile = a_profile()
    assert cut_off.check(
        lambda: setting.put(profile, Schedule(every="daily")), lambda: setting.put(profile, Schedule())
    )
