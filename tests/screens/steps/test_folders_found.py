"""The folders' screen says what is not included, finds a folder by typing, and brings what is opened into sight."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from screens.steps.folders.folder_tree import FolderTree
from tests.support.pilot import SIZES, at, said, text, until, walk, wizard_at
from wizard.profile import Profile
from wizard.walk import folders
from wizard.walk.plain import asker
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.pilot import Pilot

NEW = Profile(name="amamac")


@pytest.fixture(autouse=True)
def filled_home(home: Path) -> Path:
    for name in ("Documents/Letters", "Pictures", "Downloads", "Höhle", "holidays", "Projects", ".hidden"):
        (home / name).mkdir(parents=True)
    for number in range(40):
        (home / "Projects" / f"project {number:02}").mkdir()
    (home / "elsewhere").symlink_to("/tmp")
    return home


def under_cursor(pilot: Pilot[int]) -> str:
    node = pilot.app.screen.query_one(FolderTree).cursor_node
    assert node
    assert node.data
    return node.data.folder.name


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_not_included_is_said(size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: "Not included: Downloads, holidays, Höhle and " in text(pilot))
        await until(pilot, lambda: "Downloads" in text(pilot) and under_cursor(pilot) != "")
        await pilot.press(*"downl", "space")
        await until(pilot, lambda: "Not included: holidays, Höhle, Projects" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.SERVER)
        assert str(Path.home() / "Downloads") in walk(pilot).profile.folders


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("proj", "Projects"),
        ("JECT", "Projects"),
        ("ho", "holidays"),
        ("/ho", "holidays"),
        ("/hö", "Höhle"),
        ("dow", "Downloads"),
    ],
)
async def test_a_folder_is_found_by_typing(keys: str, found: str) -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        if keys == "ho":  # h alone shows what is hidden, and begins no name
            keys = "o" + keys
            await pilot.press("o", "backspace", "h", "o")
        else:
            await pilot.press(*("slash" if sign == "/" else sign for sign in keys))
        await until(pilot, lambda: under_cursor(pilot) == found)
        assert ".hidden" not in text(pilot)
        assert "Find: " in said(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "typing finds" in said(pilot))
        assert at(pilot) == Step.FOLDERS


async def test_what_is_not_there_is_said_and_moves_nothing() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        await pilot.press(*"proj")
        await until(pilot, lambda: under_cursor(pilot) == "Projects")
        await pilot.press("q")
        await until(pilot, lambda: "Find: projq (nothing here" in said(pilot))
        assert under_cursor(pilot) == "Projects"
        await pilot.press("down")
        await until(pilot, lambda: "typing finds" in said(pilot))


async def test_what_is_opened_is_brought_into_sight() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        await pilot.press(*"proj", "right")
        await until(pilot, lambda: text(pilot).count("project ") >= 5)
        assert "project 00" in text(pilot)
        assert "Projects" in text(pilot)
        assert under_cursor(pilot) == "Projects"


def test_the_list_is_edited_on_lines(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    told: list[str] = []
    typed = iter(["1", "1", "", "~/nowhere", "7", "~/Projects/project 01", "~/Projects", "~/Projects/project 02", ""])
    monkeypatch.setattr("builtins.input", lambda prompt="": next(typed))
    monkeypatch.setattr(asker, "say", told.append)
    question = next(iter(folders.questions(NEW, None, {})))
    assert asker.ask(question) == (str(home / "Projects"),)
    everything = "\n".join(told)
    assert "These folders will be backed up:\n" + f"  1. {home}/Documents\n  2. {home}/Pictures" in everything
    assert "No folder is selected yet." in everything
    assert folders.NONE_YET in everything
    assert f"{home}/nowhere doesn't exist." in everything
    assert f"{home}/Projects/project 02 is included with {home}/Projects already." in everything
    assert list(typed) == []


def test_on_lines_what_is_not_included_is_said_too(home: Path) -> None:
    judged = folders.may_pass(NEW, None, {"folders": (str(home / "Projects/project 01"),)})
    assert getattr(judged, "words", "").startswith("Not included: Documents, Downloads, holidays and ")
    judged = folders.may_pass(NEW, None, {"folders": (str(home),)})
    assert getattr(judged, "words", None) == ""
