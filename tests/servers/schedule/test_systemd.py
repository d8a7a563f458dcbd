"""A real manager of systemd's: what is installed starts what is due, and nothing of it stays behind."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.schedule import cut_off
from tests.support.schedule.stand_in import ODD, StandIn
from tests.support.schedule.user_manager import UserManager
from wizard import trouble
from wizard.client import forgetting
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.failure import Failure, Kind
from wizard.profile import Schedule, Server
from wizard.schedule import schedulers, setting
from wizard.schedule.schedulers import State, starting_line
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.network.lifeline import Lifeline

HOST_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")
_EACH_SECOND = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n"
_AT_ONCE = "[Timer]\nRandomizedDelaySec=0\nAccuracySec=1ms\n"


@pytest.fixture
def manager() -> Iterator[UserManager]:
    with UserManager() as running:
        yield running


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path / ODD)
    monkeypatch.setattr(starting_line, "program", lambda: made.program)
    return made


def drop_in(home: Path, text: str) -> None:
    folder = home / ".config/systemd/user/backup-wizard.timer.d"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test.conf").write_text(text)


def units(home: Path) -> list[str]:
    return [str(path) for path in home.rglob("*backup-wizard*") if "systemd" in path.parts]


def test_the_timer_starts_what_is_due_by_itself(home: Path, manager: UserManager, stand_in: StandIn) -> None:
    drop_in(home, _EACH_SECOND)
    setting.put(a_profile(), Schedule(every="daily"))
    assert schedulers.state() is State.OURS
    told = stand_in.told()
    assert told[:2] == ["run --if-due", "19"]
    assert told[2].startswith("idle")
    assert f"HOME={home}" in told
    assert f"XDG_CONFIG_HOME={home}/.config" in told


def test_what_was_missed_is_made_up_for(home: Path, manager: UserManager, stand_in: StandIn) -> None:
    drop_in(home, _AT_ONCE)
    setting.put(a_profile(), Schedule(every="daily"))
    manager.stop()
    stamp = home / ".local/share/systemd/timers/stamp-backup-wizard.timer"
    os.utime(stamp, (stamp.stat().st_mtime - 3600,) * 2)
    manager.start()
    assert stand_in.told()[0] == "run --if-due"


def test_a_trial_that_is_stopped_leaves_nothing(
    home: Path, tmp_path: Path, manager: UserManager, lifeline: Lifeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, program = tmp_path / "started", tmp_path / "backup-wizard"
    os.mkfifo(started)
    program.write_text(f"#!/bin/sh\nexec 9>{lifeline.path}; echo >{started}; sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(starting_line, "program", lambda: program)
    stop = threading.Event()

    def stop_it() -> None:
        started.read_text()
        stop.set()

    threading.Thread(target=stop_it, daemon=True).start()
    with pytest.raises(Failure) as failure:
        schedulers.try_now("amamac", stop)
    assert failure.value.kind is Kind.SCHEDULER_FAILED
    lifeline.wait()
    assert units(home) == []


@pytest.mark.parametrize("way", ["off", "forget"])
def test_nothing_of_it_stays(home: Path, manager: UserManager, way: str) -> None:
    profile = setting.put(a_profile(), Schedule(every="hourly"))
    other = setting.put(a_profile(name="other"), Schedule(every="weekly"))
    assert "backup-wizard.timer" in manager.ask("list-timers")
    for one in (profile, other):
        assert units(home)
        if way == "off":
            setting.put(one, Schedule())
        else:
            forgetting.forget(one.name, remove_key=True)
    assert units(home) == []
    assert "backup-wizard" not in manager.ask("list-timers", "--all") + manager.ask("list-unit-files")
    assert schedulers.state() is State.ABSENT


def test_units_are_removed_where_the_manager_is_out_of_reach(home: Path, manager: UserManager) -> None:
    profile = setting.put(a_profile(), Schedule(every="hourly"))
    manager.stop()
    setting.put(profile, Schedule())
    assert units(home) == []
    assert profiles.load("amamac").schedule.every == "off"


@pytest.mark.parametrize("ending", ["service", "timer"])
def test_a_unit_that_was_changed_by_hand_stays(home: Path, manager: UserManager, ending: str) -> None:
    server = Server(host="files.example.lan", user="amanda", host_keys=(HOST_KEY.fingerprint,))
    profile = setting.put(a_profile(server=server), Schedule(every="hourly"))
    known_hosts.trust(profile, [HOST_KEY])
    unit = home / f".config/systemd/user/backup-wizard.{ending}"
    changed = unit.read_text().replace("[Unit]\n", "[Unit]\nDocumentation=https://example.lan/\n")
    unit.write_text(changed)
    assert schedulers.state() is State.CHANGED
    for refused in (
        lambda: setting.put(profile, Schedule(every="daily")),
        lambda: setting.put(profile, Schedule()),
        lambda: forgetting.forget("amamac", remove_key=True),
    ):
        with pytest.raises(Failure) as failure:
            refused()
        assert failure.value.kind is Kind.TIMER_CHANGED
        assert str(unit) in trouble.explain(failure.value).sentence
    assert unit.read_text() == changed
    assert profiles.load("amamac") == profile
    assert known_hosts.trusts(profile), "nothing of the backup was forgotten"
    unit.unlink()
    assert schedulers.state() is State.OTHERWISE
    setting.put(profile, Schedule(every="daily"))
    assert schedulers.state() is State.OURS
    assert "backup-wizard.timer" in manager.ask("list-timers")


@pytest.mark.long
def test_wherever_it_is_cut_off_the_next_call_finishes_it(home: Path, manager: UserManager) -> None:
    profile = a_profile()

    def on() -> None:
        setting.put(profile, Schedule(every="daily"))
        assert "backup-wizard.timer" in manager.ask("list-timers")

    def off() -> None:
        setting.put(profile, Schedule())
        assert units(home) == []

    assert cut_off.check(on, off)
    assert "backup-wizard" not in manager.ask("list-timers", "--all")
