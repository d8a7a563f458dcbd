"""The folders' screen says what is not included, finds a folder by typing, and brings what is opened into sight."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from screens.steps.folders.folder_tree import FolderTree
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard import trouble
from wizard.client.folders import folder_access, folder_search
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Profile
from wizard.walk.context import WalkContext
from wizard.walk.description import Folders
from wizard.walk.descriptions import folders
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
    return node.data.folder.name if node and node.data else ""  # while the tree is put together anew, it is nowhere


@pytest.mark.parametrize("size", TRIED_SIZES)
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


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_folder_below_closed_ones_is_found_and_brought_into_sight(size: tuple[int, int], home: Path) -> None:
    (home / "Projects/project 31/house/Kitchen plans/older").mkdir(parents=True)
    (home / ".hidden/kitchen").mkdir()
    async with wizard_at(NEW, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        await pilot.press(*"kitch")
        await until(pilot, lambda: under_cursor(pilot) == "Kitchen plans")
        await until(pilot, lambda: "Kitchen plans" in text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "[✓] Kitchen plans" in text(pilot))


def test_the_search_is_bounded_in_time_and_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "Projects/project 31/house").mkdir()
    look = partial(folder_search.first, str(home), "hous", lambda _: True)
    assert look() == str(home / "Projects/project 31/house")
    monkeypatch.setattr(folder_search, "_MOST_FOLDERS", 20)
    assert look() == ""
    monkeypatch.undo()
    monkeypatch.setattr(folder_search, "_MOST_SECONDS", 0)
    assert look() == ""


async def test_what_is_not_there_is_said_and_moves_nothing() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        await pilot.press(*"proj")
        await until(pilot, lambda: under_cursor(pilot) == "Projects")
        await pilot.press("q")
        await until(pilot, lambda: "Find: projq (nothing found" in said(pilot))
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


async def test_what_is_opened_or_closed_while_the_tree_is_put_together_anew_is_not_lost() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Projects" in text(pilot))
        await pilot.press(*"proj")
        await until(pilot, lambda: under_cursor(pilot) == "Projects")
        tree = pilot.app.screen.query_one(FolderTree)
        for act, shown in ((tree.action_open, True), (tree.action_close, False)):
            act()
            tree._rebuild()
            await until(pilot, lambda shown=shown: (text(pilot).count("project ") >= 5) is shown)  # type: ignore[misc]
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


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_what_each_pattern_skips_is_counted_and_one_that_skips_nothing_is_named(
    size: tuple[int, int], home: Path
) -> None:
    (home / "Documents/old.iso").touch()
    profile = Profile(name="amamac", folders=(str(home / "Documents"),), exclude=("*.iso", "Old films/"))
    async with wizard_at(profile, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: "Skipped: *.iso (1 file, 0 bytes), Old films/ (nothing)" in said(pilot))
        assert "“Old films/” excludes nothing." in said(pilot)


@pytest.fixture
def mounted(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A disk inside a folder, as the kernel lists it."""
    disk = home / "Documents" / "My disk"
    disk.mkdir()
    path = str(disk).replace(" ", "\\040")
    listed = tmp_path / "mountinfo"
    listed.write_text(f"27 1 254:0 / / rw - ext4 /dev/vda rw\n28 27 8:1 / {path} rw - ext4 /dev/sdb1 rw\n")
    monkeypatch.setattr(folder_access, "_MOUNTS", listed)
    return disk


def test_what_is_mounted_inside_is_found(mounted: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert folder_access.mounts_inside([str(home)]) == (str(mounted),)
    assert folder_access.mounts_inside([str(home / "Documents")]) == (str(mounted),)
    assert folder_access.mounts_inside([str(mounted), str(home / "Doc")]) == ()
    monkeypatch.undo()
    assert "/proc" in folder_access.mounts_inside(["/"])


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_a_disk_inside_a_folder_is_said_and_can_be_skipped(size: tuple[int, int], mounted: Path) -> None:
    async with wizard_at(NEW, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: "Other disks inside are included: ~/Documents/My disk." in said(pilot))
        await pilot.press("f2")
        box = pilot.app.screen.query_one("#disks")
        box.focus()
        await pilot.press("space")
        await until(pilot, lambda: "Other disks inside" not in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.SERVER)
        assert walk(pilot).profile.one_file_system
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS)
        assert "Other disks inside" not in said(pilot)


async def test_without_a_disk_inside_nothing_is_asked_of_it() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "will be backed up." in said(pilot))
        assert not pilot.app.screen.query_one("#disks").display
    assert "one-file-system" not in [one.id for one in folders.questions(NEW, None, {})]


async def test_on_lines_the_disk_is_asked_about(mounted: Path, home: Path) -> None:
    answers: dict[str, Any] = {"folders": (str(home / "Documents"),), "own": "", "one-file-system": True}
    asked = {one.id: one for one in folders.questions(NEW, None, answers)}
    assert f"({mounted})" in getattr(asked["one-file-system"], "ask", "")
    answers |= dict.fromkeys(("caches", "bins", "temporary", "builds"), False)
    with Session() as session:
        assert (await folders.settle(NEW, None, answers, WalkContext(session))).one_file_system


async def test_a_file_given_as_a_folder_is_called_one(home: Path) -> None:
    (home / "letter.txt").touch()
    profile = Profile(name="amamac", folders=(str(home / "letter.txt"),))
    with pytest.raises(Failure) as failure:
        await folders.require(profile)
    told = trouble.explain(failure.value, profile)
    assert (told.kind, told.what) == (Kind.FOLDER_IS_FILE, f"{home}/letter.txt is a file, not a folder")
    assert "plug" not in told.to_do
    with pytest.raises(Failure) as failure:
        folder_access.require(str(home / "letter.txt" / "deeper"))
    assert failure.value.kind is Kind.FOLDER_MISSING
    question = next(iter(folders.questions(NEW, None, {})))
    assert isinstance(question, Folders)
    assert question.rule("~/letter.txt", ()) == f"{home}/letter.txt is a file, not a folder."
