"""cron's list: a few marked lines of ours, and not a byte of anything else is touched."""

from __future__ import annotations

import itertools
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.schedule import CRONTAB, cut_off
from tests.support.schedule.stand_in import ODD, StandIn
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.schedule import schedulers, setting
from wizard.schedule.schedulers import State, cron, starting_line
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

_FOREIGN = (
    b'# caf\xe9 \r\nMAILTO=""\nSHELL=/usr/bin/fish\n\n'
    b"0 3 * * * date +\\%F # BEGIN backup-wizard\n\t# END backup-wizard\n"
)
_MORE = b"@reboot true\n"


@pytest.fixture
def table(home: Path) -> Path:
    return home / CRONTAB


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path / ODD)
    monkeypatch.setattr(starting_line, "program", lambda: made.program)
    return made


@pytest.mark.parametrize(
    ("running", "seems"),
    [
        ({"1": "systemd", "7": "cron"}, True),
        ({"1": "init", "7": "crond"}, True),  # busybox's
        ({"1": "init", "7": "crontab"}, False),
        ({"1": "init", "7": None}, False),
        ({"7": "bash"}, True),  # one's own processes are all that can be seen
        ({}, True),
    ],
)
def test_its_daemon_is_looked_for(
    running: dict[str, str | None], seems: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cron, "_PROCESSES", tmp_path)
    for number, name in running.items():
        (tmp_path / number).mkdir()
        if name:
            (tmp_path / number / "comm").write_text(f"{name}\n")
    assert schedulers.seems_to_run() is seems


def commands(table: bytes) -> list[str]:
    """The commands of a list as cron reads them: an unescaped % ends one, and the backslash before one is dropped."""
    lines = [line for line in table.decode().splitlines() if line[:1].isdigit()]
    return [re.split(r"(?<!\\)%", line.split(maxsplit=5)[5])[0].replace(r"\%", "%") for line in lines]


def test_its_line_starts_what_is_due_in_cron_s_own_environment(table: Path, home: Path, stand_in: StandIn) -> None:
    setting.put(a_profile(), Schedule(every="daily"))
    [command] = commands(table.read_bytes())
    ended = subprocess.run(["/bin/sh", "-c", command], env=cron.environment(), capture_output=True)
    told = stand_in.told()
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, b"")
    assert told[:3] == ["run --if-due", "19", "idle"]
    assert f"XDG_CONFIG_HOME={home}/.config" in told


def test_it_starts_four_times_an_hour_and_not_at_the_same_minute_everywhere(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for name in ("amamac", "bobmac", "carlmac", "doramac"):
        monkeypatch.setattr("socket.gethostname", lambda name=name: name)
        minutes = [int(minute) for minute in cron._minutes().split(",")]
        assert len(minutes) == 4
        assert [after - before for before, after in itertools.pairwise(minutes)] == [15, 15, 15]
        assert 0 <= minutes[0] < 15
        seen.add(minutes[0])
    assert len(seen) > 1


@pytest.mark.parametrize("before", [b"", _FOREIGN], ids=["empty", "foreign lines"])
def test_every_other_line_stays_byte_for_byte(
    table: Path, before: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if before:
        table.write_bytes(before)
    profile = setting.put(a_profile(), Schedule(every="daily"))
    assert table.read_bytes().startswith(before)
    assert schedulers.state() is State.OURS
    table.write_bytes(table.read_bytes() + _MORE)
    monkeypatch.setattr(starting_line, "program", lambda: tmp_path / "moved/backup-wizard")
    assert schedulers.state() is State.OTHERWISE
    profile = setting.put(profile, Schedule(every="hourly"))
    assert schedulers.state() is State.OURS
    assert "moved" in table.read_text("latin-1")
    setting.put(profile, Schedule())
    assert table.read_bytes() == before + _MORE
    assert schedulers.state() is State.ABSENT


def test_a_list_that_held_nothing_else_goes(table: Path) -> None:
    profile = setting.put(a_profile(), Schedule(every="daily"))
    setting.put(profile, Schedule())
    assert not table.exists()


def test_lines_that_were_changed_by_hand_stay(table: Path) -> None:
    profile = setting.put(a_profile(), Schedule(every="daily"))
    changed = re.sub(rb"^\d+", b"1", table.read_bytes(), flags=re.MULTILINE).replace(b"1,", b"0,1,")
    table.write_bytes(changed)
    assert schedulers.state() is State.CHANGED
    for schedule in (Schedule(), Schedule(every="hourly")):
        with pytest.raises(Failure) as failure:
            setting.put(profile, schedule)
        assert failure.value.kind is Kind.TIMER_CHANGED
        assert "crontab" in trouble.explain(failure.value).what
    assert (table.read_bytes(), profiles.load("amamac")) == (changed, profile)


def test_a_list_that_can_t_be_read_is_never_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / "bin/crontab"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntest $1 = -l || touch {home}/replaced\necho 'not allowed' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    with pytest.raises(Failure) as failure:
        setting.put(a_profile(), Schedule(every="daily"))
    assert (failure.value.kind, failure.value.raw) == (Kind.SCHEDULER_FAILED, "not allowed\n")
    assert not (home / "replaced").exists()
    assert not profiles.exists("amamac")


def test_wherever_it_is_cut_off_the_next_call_finishes_it(table: Path) -> None:
    table.write_bytes(_FOREIGN)
    profile = a_profile()
    assert cut_off.check(
        lambda: setting.put(profile, Schedule(every="daily")), lambda: setting.put(profile, Schedule())
    )
    assert table.read_bytes() == _FOREIGN
