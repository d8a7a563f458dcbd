"""The real backup on a screen: done, stopped and gone on with, with nothing left running."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from textual.widgets import Button

from screens.steps.finish.running import RunningScreen
from tests.screens.at_the_server import clients, none_left
from tests.support import programs
from tests.support.data.scheduled import fill
from tests.support.network.lossy_line import THE_BACKUP, LossyLine, lossy_line
from tests.support.pilot import TRIED_SIZES, said, text, until, walk, wizard_at
from wizard import console
from wizard.client.rsync import Totals
from wizard.profile import Schedule
from wizard.running import history, record
from wizard.schedule.alarms import channels
from wizard.storage import profiles, state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd


@pytest.fixture
def line(sshd: RealSshd, sample_folder: Path) -> Iterator[LossyLine]:
    (sample_folder / "a large one").write_bytes(os.urandom(4_000_000))
    with lossy_line(sshd, sample_folder) as line:
        yield line


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_backup_is_made_looked_at_and_told_in_the_summary(
    line: LossyLine, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[str] = []
    monkeypatch.setattr(channels, "report", lambda profile: reported.append(record.read(profile.name).result))
    watched = replace(line.profile, schedule=Schedule(ping=True))
    profiles.save(watched)
    history.note("amamac", datetime(2026, 11, 24, tzinfo=UTC), "person", "done", Totals(files=90, changed=60))
    async with wizard_at(watched, Step.FINISH, size=size) as pilot:
        assert "No backup yet" in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert "changed or deleted 60 of 90 files and folders." in said(pilot)
        assert line.differences() == ""
        assert "are identical on the server" in said(pilot)
        await until(pilot, lambda: reported == ["done"])
        await pilot.press("enter")
        await until(pilot, lambda: "You're all set" in text(pilot) and "Last good backup" in said(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one("#finish").has_focus)


async def test_escape_asks_then_stops_with_nothing_left_and_it_goes_on_later(line: LossyLine) -> None:
    line.gate.holds[THE_BACKUP] = 1_000_000
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, line.gate.held.is_set)
        await until(pilot, lambda: " sent · " in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        await pilot.press("enter")  # the safe answer
        await until(pilot, lambda: _is_running_shown(pilot))
        assert clients()
        await pilot.press("escape")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        await pilot.press("left", "enter")
        await until(pilot, lambda: "Backup stopped. What was sent stays" in said(pilot))
        assert not clients()
        assert line.differences() != ""
        line.gate.release()
        line.sshd.end_sessions()
        await until(pilot, lambda: pilot.app.screen.query_one("#again").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert line.differences() == ""


async def test_leaving_asks_as_stopping_does_and_ends_rsync_and_its_ssh(line: LossyLine) -> None:
    line.gate.holds[THE_BACKUP] = 1_000_000
    steps.record(Walk(line.profile, Step.FINISH, Step.FINISH))
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, line.gate.held.is_set)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        await pilot.press("enter")  # the safe answer
        await until(pilot, lambda: _is_running_shown(pilot))
        assert clients()
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        await pilot.press("left", "enter")
        while not pilot.app._exit:
            await pilot.pause(0.05)
        assert not clients()
    assert pilot.app.return_code == 0
    assert "Backup stopped." in console.left_at(walk(pilot))


async def test_leaving_twice_ends_it_and_what_is_said_then_is_true(line: LossyLine) -> None:
    line.gate.holds[THE_BACKUP] = 1_000_000
    steps.record(Walk(line.profile, Step.FINISH, Step.FINISH))
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, line.gate.held.is_set)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        await pilot.press("ctrl+q")
    await none_left()
    assert "Backup stopped." in console.left_at(walk(pilot))


async def test_a_question_about_what_has_ended_closes(line: LossyLine) -> None:
    line.gate.holds[THE_BACKUP] = 1_000_000
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, line.gate.held.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: "Stop the backup?" in text(pilot))
        line.gate.release()
        await until(pilot, lambda: _is_running_shown(pilot) and "Done. " in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "You're all set" in text(pilot))


async def test_a_failure_is_told_and_it_can_be_gone_on_with(line: LossyLine) -> None:
    away = line.source.rename(line.source.with_name("away"))
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: f"{line.source} doesn't exist" in said(pilot))
        assert "Done" not in said(pilot)
        kept = record.read(line.profile.name)
        assert kept.result == "failed"
        assert f"{line.source} doesn't exist" in kept.why
        away.rename(line.source)
        await until(pilot, lambda: pilot.app.screen.query_one("#again").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert "doesn't exist" not in said(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "You're all set" in text(pilot))


def _is_running_shown(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, RunningScreen)


async def test_a_backup_that_is_gone_from_the_server_is_asked_about_first(line: LossyLine) -> None:
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "You're all set" in text(pilot))
        shutil.rmtree(line.backup)
        line.backup.mkdir()
        pilot.app.screen.query_one("#forward").focus()
        await until(pilot, lambda: pilot.app.screen.query_one("#forward").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Back up anyway?" in text(pilot))
        assert "Your backup is no longer on the server." in said(pilot)
        assert "If nobody deleted it on purpose, ask your admin first." in said(pilot)
        await pilot.press("left", "enter")
        await until(pilot, lambda: "Done. " in said(pilot))
    assert (line.backup / line.source.name).is_dir()


async def test_a_folder_that_was_emptied_is_asked_about_first_and_refusing_is_the_easy_answer(line: LossyLine) -> None:
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "You're all set" in text(pilot))
        shutil.rmtree(line.source)
        line.source.mkdir()
        pilot.app.screen.query_one("#forward").focus()
        await until(pilot, lambda: pilot.app.screen.query_one("#forward").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Back up anyway?" in text(pilot))
        assert f"“{line.source}” is empty now, but wasn't at the last backup." in said(pilot)
        await pilot.press("enter")  # the safe answer
        await until(pilot, lambda: "Nothing was sent or deleted" in said(pilot))
        assert "Done" not in said(pilot)
        await until(pilot, lambda: pilot.app.screen.query_one("#again").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Back up anyway?" in text(pilot))
        await pilot.press("left", "enter")
        await until(pilot, lambda: "Done. " in said(pilot))


async def test_most_files_changed_and_another_disk_are_asked_about_first(line: LossyLine) -> None:
    fill(line.source, 120)
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        fill(line.source, 100, "encrypted")
        kept = record.read("amamac")
        moved = {folder: record.Source("/media/disk", is_empty=False) for folder in kept.sources}
        state_files.save("amamac", "last-run.json", replace(kept, sources=moved))
        await pilot.press("enter")
        await until(pilot, lambda: "You're all set" in text(pilot))
        pilot.app.screen.query_one("#forward").focus()
        await until(pilot, lambda: pilot.app.screen.query_one("#forward").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Back up anyway?" in text(pilot))
        assert f"“{line.source}” is on another disk than at the last backup." in said(pilot)
        assert re.search(r"This would change 100 of \d+ files in the backup", said(pilot))
        assert "malware may have encrypted them" in said(pilot)
        await pilot.press("enter")  # the safe answer
        await until(pilot, lambda: "Nothing was sent or deleted" in said(pilot))
        assert line.differences().count("letter") == 100
        await until(pilot, lambda: pilot.app.screen.query_one("#again").has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Back up anyway?" in text(pilot))
        await pilot.press("left", "enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert line.differences() == ""


async def test_what_could_not_be_read_can_be_left_out_or_tried_again(
    line: LossyLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = line.source / "a closed one"
    closed.touch(0)
    as_anybody(monkeypatch, tmp_path)
    async with wizard_at(line.profile, Step.FINISH) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: " backed up; 1 could not be read. " in said(pilot))
        assert f"You don't have permission to read: {closed}" in said(pilot)
        assert "differ" not in said(pilot)
        screen = pilot.app.screen
        assert str(screen.query_one("#again", Button).label) == "Try again"
        assert screen.query_one("#leave-out").display
        screen.query_one("#again").focus()
        await pilot.press("enter")
        await until(pilot, lambda: " backed up; 1 could not be read. 0 new" in said(pilot))
        screen.query_one("#leave-out").focus()
        await pilot.press("enter")
        await until(pilot, lambda: "You're all set" in text(pilot) and pilot.app.screen is not screen)
        assert walk(pilot).profile.exclude == (*line.profile.exclude, str(closed))
        assert "except 1 file that couldn't be read" in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Done. " in said(pilot))
        assert not pilot.app.screen.query_one("#leave-out").display
    assert profiles.load(line.profile.name).exclude[-1] == str(closed)


def as_anybody(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on, rsync may open no more than its owner's rights tell."""
    drop = "import ctypes, os, sys; [ctypes.CDLL(None).prctl(24, one, 0, 0, 0) for one in (1, 2)]"
    run = f'{shlex.quote(sys.executable)} -c "{drop}; os.execv({programs.require("rsync")!r}, sys.argv)"'
    script = f'#!/bin/sh\nexec {run} "$@"\n'
    (folder / "bin").mkdir()
    (folder / "bin" / "rsync").write_text(script)
    (folder / "bin" / "rsync").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
