"""A day is chosen, and files come back as they were on it; which days have a file can be seen in the tree."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from screens.restore.found_in import FoundInScreen
from tests.screens.at_the_server import Place
from tests.screens.home.at_home import home_screen
from tests.screens.restore.places import at_stage, backed_up
from tests.support.pilot import TRIED_SIZES, said, text, until
from tests.support.plain import Person
from wizard.client.session import Session
from wizard.commands import restore
from wizard.profile import SchemeSettings, VersionsSettings
from wizard.schemes.parts import layout
from wizard.storage import profiles
from wizard.walk import plain, steps
from wizard.walk.getting_back import questions
from wizard.walk.getting_back.stages import Stage
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd

OLD, NEW = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (24, 27))


@pytest.fixture
def source(home: Path) -> Path:
    (home / "Documents").mkdir()
    (home / "Documents/letter.txt").write_text("as it is now")
    return home / "Documents"


async def kept(sshd: RealSshd, source: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A backup and two versions of it, which the backup's own key may read."""
    there = sshd.folder / "versions"
    monkeypatch.setattr(layout, "versions_folder", lambda _profile: str(there))
    before = await backed_up(sshd, source)
    profile = msgspec.structs.replace(
        before.profile, scheme=SchemeSettings(kind="login"), versions=VersionsSettings(keep="server")
    )
    place = Place(profile, sshd, before.facts)
    place.let_in()
    profiles.save(profile)
    steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    for number, day in enumerate((NEW, OLD)):
        files = there / f"daily.{number}/files"
        shutil.copytree(place.backup, files)
        (files / "Documents/letter.txt").write_text(f"as on the {day.day}th")
        os.utime(files.parent, (day.timestamp(), day.timestamp()))
    (there / "daily.1/files/Documents/report.txt").write_text("gone since")
    (there / ".sync/files").mkdir(parents=True)
    return place


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_the_day_comes_before_the_files(
    sshd: RealSshd, source: Path, home: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(sshd, source, monkeypatch)
    async with home_screen(size) as pilot:
        await pilot.press("g")
        await at_stage(pilot, Stage.VERSION)
        await until(pilot, lambda: "As it was on Tuesday, 24 November 2026" in text(pilot))
        assert "● The latest backup" in text(pilot)
        await pilot.press("end", "enter")
        await at_stage(pilot, Stage.FILES)
        await until(pilot, lambda: "Everything as on Tuesday, 24 November 2026" in text(pilot))
        await pilot.press("space", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "Nothing was written" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "2 files restored to" in said(pilot))
    [folder] = home.glob("Restored from amamac *")
    assert (folder / "Documents/letter.txt").read_text() == "as on the 24th"
    assert (folder / "Documents/report.txt").exists()


async def test_the_days_that_have_a_file_are_seen_in_the_tree(
    sshd: RealSshd, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(sshd, source, monkeypatch)
    async with home_screen() as pilot:
        await pilot.press("g")
        await at_stage(pilot, Stage.VERSION)
        await pilot.press("enter")
        await at_stage(pilot, Stage.FILES)
        await until(pilot, lambda: "Documents" in text(pilot))
        await pilot.press("down", "right", "down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, FoundInScreen) and "14 bytes" in text(pilot))
        assert "Versions with “letter.txt”" in text(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Everything as on Tuesday" in text(pilot))
        await at_stage(pilot, Stage.FILES)
        await pilot.press("down", "right", "down", "down")
        await until(pilot, lambda: "report.txt" in text(pilot))
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, FoundInScreen) and "10 bytes" in text(pilot))
        assert "27 November" not in text(pilot)
        await pilot.press("escape")
        await at_stage(pilot, Stage.FILES)


def test_text_mode_asks_for_the_day_too(
    sshd: RealSshd, source: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(kept(sshd, source, monkeypatch))
    picks = ["1", "v2", "v1", "v9", "1", ""]
    person = Person(
        {
            "A number, a path or ? for help": picks,
            "Number": ["1", "1", "3", "1", "EOF"],
            "Folder": [f"{home}/new"],
            "Restore now?": ["y"],
        }
    )
    monkeypatch.setattr("builtins.input", person)
    with Session() as session:
        plain.walk(None, session, restore=restore.carry_out)
    printed = capsys.readouterr().out
    assert "  3. As it was on Tuesday, 24 November 2026" in printed
    assert printed.count("As it was on Friday, 27 November 2026") == 2
    assert questions.IN_NO_VERSION not in printed
    assert (home / "new/Documents/letter.txt").read_text() == "as on the 24th"
