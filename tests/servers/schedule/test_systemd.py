"""A real manager of systemd's: what is installed starts what is due, and nothing of it stays behind."""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.schedule.user_manager import UserManager
from wizard.client import forgetting
from wizard.profile import Schedule
from wizard.schedule import schedulers, setting
from wizard.schedule.schedulers import State, starting_line
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

_EACH_SECOND = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n"
_AT_ONCE = "[Timer]\nRandomizedDelaySec=0\nAccuracySec=1ms\n"
_PATIENCE_SECONDS = 60


@pytest.fixture
def manager() -> Iterator[UserManager]:
    with UserManager() as running:
        yield running


class StandIn:
    """A program in backup-wizard's place that tells how it was started."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.program = folder / "backup-wizard"
        self.program.write_text(f"#!/bin/sh\n{{ echo \"$*\"; nice; ionice; env; echo end; }} >'{folder}/told'\n")
        self.program.chmod(0o755)
        os.mkfifo(folder / "told")
        self._told = os.open(folder / "told", os.O_RDWR)

    def told(self) -> list[str]:
        """What it has told, once it was started."""
        text = b""
        while not text.endswith(b"end\n"):
            assert select.select([self._told], [], [], _PATIENCE_SECONDS)[0], f"not started: {text.decode()}"
            text += os.read(self._told, 1 << 16)
        return text.decode().splitlines()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path / 'odd "place" 50% $HOME of $$')
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
    assert [path for path in units(home) if "stamp" not in path] == []
    assert profiles.load("amamac").schedule.every == "off"
