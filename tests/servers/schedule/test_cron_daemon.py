"""A real cron starts what is due, by the line that is in its list."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.schedule.real_cron import RealCron
from tests.support.schedule.stand_in import ODD, StandIn
from wizard.profile import Schedule
from wizard.schedule import schedulers, setting
from wizard.schedule.schedulers import State, cron, starting_line

if TYPE_CHECKING:
    from pathlib import Path

_A_MINUTE = 100  # and what a busy machine takes


@pytest.mark.every_case
@pytest.mark.long
def test_its_line_is_started_by_cron_itself(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = StandIn(tmp_path / ODD)
    monkeypatch.setattr(starting_line, "program", lambda: stand_in.program)
    monkeypatch.setattr(cron, "_minutes", lambda: "*")  # at the next one, and not within a quarter of an hour
    with RealCron(tmp_path / "programs") as running:
        monkeypatch.setenv("PATH", f"{running.programs}{os.pathsep}{os.environ['PATH']}")
        subprocess.run(["crontab", "-"], input=b"# another's\n", check=True)
        profile = setting.put(a_profile(), Schedule(every="daily"))
        assert schedulers.state() is State.OURS
        assert schedulers.seems_to_run()
        told = stand_in.told(_A_MINUTE)
        setting.put(profile, Schedule())
        assert subprocess.check_output(["crontab", "-l"]) == b"# another's\n"
    assert told[:2] == ["run --if-due", "19"]
    assert told[2].startswith("idle")
    has = dict(line.split("=", 1) for line in told[3:] if "=" in line)
    assert (has["HOME"], has["XDG_CONFIG_HOME"]) == (str(home), f"{home}/.config")
    assert "/usr/bin" in has["PATH"].split(":")
    assert not {"TERM", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"} & {*has}
