"""Killed with -9 at any change of a schedule, its timer, or what is kept of its runs: the next call finishes it.

Each trial is really killed before each change in turn, and gone on from where that left it; then it is forgotten from
there, with no timer left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.kills.killing import KILL
from tests.support.kills.schedules import FOREIGN
from tests.support.quick import sampled
from tests.support.schedule import CRONTAB
from wizard.profile import Key
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.conftest import Home, MakeHome
    from tests.support.table import AddCount, AddRow

TABLE = "Killed with -9, and what was there afterwards"
SCHEDULES = "tests.support.kills.schedules"


@pytest.fixture
def begun(make_home: MakeHome, tmp_path: Path) -> Home:
    """A backup without a schedule, on a computer whose cron has another line."""
    file = tmp_path / "answers.toml"
    file.write_text(profiles.dumps(a_profile(key=Key(protection="keyring"))))
    home = make_home()
    home.require("prepare", str(file))
    (home.folder / CRONTAB).write_text(FOREIGN)
    return home


def killed(home: Home, make_home: MakeHome, *call: str) -> Iterator[Home]:
    """The home as a kill before each change has left it."""
    before = make_home(home)
    walked = home.walked(*call)
    assert walked.ended.exit_code == 0, walked.ended.printed
    assert len(walked.states) > 2
    for state in walked.states[1:]:
        home.become(before)
        assert home.run(*call, fault=KILL, at=int(state.name.split()[0])).exit_code == -9
        yield home


@pytest.mark.parametrize("what", ["on", "off", "forget"])
@pytest.mark.parametrize("scheduler", sampled.first(1, ["systemd", "launchd", "cron"]))
def test_a_schedule_and_its_timer(
    what: str, scheduler: str, begun: Home, make_home: MakeHome, add_row: AddRow, add_count: AddCount
) -> None:
    if what != "on":
        begun.require(f"{SCHEDULES}:on", scheduler)
    finished_and_forgotten(what, scheduler, begun, make_home, add_row, add_count)


def test_an_address_for_messages(begun: Home, make_home: MakeHome, add_row: AddRow, add_count: AddCount) -> None:
    finished_and_forgotten("alarm", "cron", begun, make_home, add_row, add_count)


def finished_and_forgotten(
    what: str, scheduler: str, begun: Home, make_home: MakeHome, add_row: AddRow, add_count: AddCount
) -> None:
    kills = 0
    for home in killed(begun, make_home, f"{SCHEDULES}:{what}", scheduler):
        kills += 1
        left = make_home(home)
        home.require(f"{SCHEDULES}:look_and_go_on", scheduler, what)
        home.become(left)
        home.require(f"{SCHEDULES}:forget", scheduler)
    add_count("real kills", kills)
    add_row(TABLE, f"schedule {what}, {scheduler}", f"{kills} kills", "each gone on from", "each forgotten")


def test_what_is_kept_of_runs(begun: Home, make_home: MakeHome, add_row: AddRow, add_count: AddCount) -> None:
    begun.require(f"{SCHEDULES}:note_first")
    kills = 0
    for home in killed(begun, make_home, f"{SCHEDULES}:note_more"):
        kills += 1
        home.require(f"{SCHEDULES}:look_at_notes")
    assert kills > 8
    add_count("real kills", kills)
    add_row(TABLE, "record, history, waiting, notices", f"{kills} kills", "each whole", "each gone on from")
