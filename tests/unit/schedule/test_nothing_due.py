"""The quick answer that nothing is due is given only as long as nothing at all speaks against it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from tests.support.commands import backup_wizard
from tests.support.data import scheduled
from tests.support.data.profiles import a_profile
from wizard import cli, command_line
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule import nothing_due
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.profile import Profile

DAY = 86_400


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A backup that was just made, and is made each week; all of its files are an hour old."""
    profile = scheduled.finished(a_profile(schedule=Schedule(every="weekly")))
    profiles.save(a_profile(name="by-hand"))
    record.note(profile, "done", since=time.time())
    pretend(monkeypatch, time.time() + 3600)
    return profile


def pretend(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    """Have the quick look see that time; what works it out has its own clock."""
    monkeypatch.setattr(nothing_due, "clock", lambda: now)


def work_out() -> None:
    assert cli.main(["run", "--if-due", "--json"]) == 0


def is_quick(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the command ends before it reads its arguments."""
    parse = Mock(wraps=command_line.parse)
    with monkeypatch.context() as patched:
        patched.setattr(command_line, "parse", parse)
        assert cli.main(["run", "--if-due"]) == 0
    return not parse.called


def test_it_is_quick_once_it_was_worked_out(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_quick(monkeypatch)
    assert is_quick(monkeypatch)
    assert is_quick(monkeypatch)


def test_a_day_later_it_is_worked_out_again(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out()
    pretend(monkeypatch, time.time() + DAY + 3599)
    assert nothing_due.is_sure()
    pretend(monkeypatch, time.time() + DAY + 3601)
    assert not nothing_due.is_sure()


def test_it_ends_when_a_backup_is_due(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled.reschedule("amamac", scheduled.HOURLY)
    pretend(monkeypatch, now := time.time() + 600)
    work_out()
    assert nothing_due.is_sure()
    pretend(monkeypatch, now + 2999)
    assert nothing_due.is_sure()
    pretend(monkeypatch, now + 3001)
    assert not nothing_due.is_sure()


def _rewritten(profile: Profile) -> None:
    path = paths.profile("amamac")
    content, times = path.read_text(), path.stat()
    path.write_text(content.replace("weekly", "hourly"))  # as long as before
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _damaged(text: str) -> Callable[[Profile], object]:
    return lambda _profile: (paths.state() / "next-due").write_text(text)


CHANGES: dict[str, Callable[[Profile], object]] = {
    "a changed profile": lambda profile: profiles.save(scheduled.with_schedule(profile)),
    "one with the same length and time": _rewritten,
    "a new profile": lambda _profile: profiles.save(a_profile(name="another")),
    "one that is gone": lambda _profile: paths.profile("by-hand").unlink(),
    "a run by hand": lambda profile: record.note(profile, "done", since=time.time()),
    "a setup that has come to its end": lambda _profile: scheduled.finished(a_profile(name="by-hand")),
    "no file": lambda _profile: (paths.state() / "next-due").unlink(),
    "half a file": lambda _profile: os.truncate(paths.state() / "next-due", 40),
    "an empty file": _damaged(""),
    "a file of something else": _damaged("[1, 2, 3]"),
    "one that says too much": lambda _profile: _edit(1, "1e12"),
    "one that says nothing": lambda _profile: _edit(1, "nan"),
    "one of another version": lambda _profile: _edit(2, "0.0.0 0 ''"),
    "a byte more": lambda _profile: _edit(-1, "more"),
    "a folder in its place": lambda _profile: _folder(paths.state() / "next-due"),
}


def _edit(number: int, line: str) -> None:
    path = paths.state() / "next-due"
    lines = path.read_text().split("\n")
    lines[number] = line
    path.write_text("\n".join(lines))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_has_changed_is_worked_out_again(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, change: Callable[[Profile], object]
) -> None:
    work_out()
    assert nothing_due.is_sure()
    change(profile)
    assert not nothing_due.is_sure()


def test_a_clock_that_was_put_back(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out()
    pretend(monkeypatch, time.time() + 3599)
    assert not nothing_due.is_sure()


def test_another_time_zone(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out()
    monkeypatch.setenv("TZ", "IST-5:30")
    assert not nothing_due.is_sure()


def test_other_settings_are_other_backups(profile: Profile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work_out()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert not nothing_due.is_sure()
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert not nothing_due.is_sure()


def test_what_has_just_changed_may_change_again_at_the_same_time(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, time.time() + 1)
    work_out()
    assert not (paths.state() / "next-due").exists()


def test_what_failed_or_waits_is_never_passed_over(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.profile("broken").write_text("nonsense")
    assert cli.main(["run", "--if-due"]) == 2
    assert not (paths.state() / "next-due").exists()


def test_a_name_or_a_wish_for_json_is_answered_in_full(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    work_out()
    assert nothing_due.is_sure()
    answer = {"profile": "amamac", "due": False, "waiting": None}
    assert backup_wizard("run", "--if-due", "--json").json == {"backups": [answer]}
    assert backup_wizard("run", "amamac", "--if-due", "--json").json == answer


def test_little_is_imported_for_it(profile: Profile) -> None:
    work_out()
    _edit(0, repr(time.time()))  # a program of its own has the real clock
    _edit(1, repr(time.time() + 3600))
    argv = [sys.executable, "-X", "importtime", "-m", "wizard.cli", "run", "--if-due"]
    ran = subprocess.run(argv, cwd=Path(__file__).parents[3], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (ran.returncode, ran.stdout) == (0, "")
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "wizard.schedule.nothing_due" in imported
    assert not {"argparse", "msgspec", "json", "pathlib", "platformdirs", "wizard.command_line"} & imported


@pytest.mark.parametrize("variable", ["", "XDG_CONFIG_HOME", "XDG_STATE_HOME"])
def test_it_looks_where_everything_is_kept(variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    assert nothing_due.folders() == (str(paths.profiles()), str(paths.state()))
