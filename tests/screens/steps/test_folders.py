"""The folders' screen: ticks in a tree, what is left out, and how much remains."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from rich.style import Style

from screens.steps.folders.folder_tree import FolderTree
from tests.support import processes
from tests.support.fake_failures import forbid, put_in_rsyncs_place
from tests.support.pilot import SIZES, at, said, text, until, walk, wizard_at
from wizard.client.folders import exclude_presets, folder_access
from wizard.profile import Profile, SchemeSettings
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

NEW = Profile(name="amamac")
AT_FIRST = exclude_presets.patterns(exclude_presets.presets_at_first(), ())


@pytest.fixture(autouse=True)
def filled_home(home: Path) -> Path:
    """A home with some of the usual folders, and another."""
    for name in ("Documents/Letters", "Documents/Taxes", "Pictures", "Downloads", "Work/2024", ".hidden"):
        (home / name).mkdir(parents=True)
    (home / "Documents/Letters/one.odt").write_bytes(b"x" * 3000)
    (home / "Documents/two.tmp").write_bytes(b"x" * 500_000)
    (home / "Pictures/one.jpg").write_bytes(b"x" * 2_000_000)
    return home


def _named(home: Path, *names: str) -> tuple[str, ...]:
    return tuple(str(home / name) for name in names)


def _tree(pilot: Pilot[int]) -> FolderTree:
    return pilot.app.screen.query_one(FolderTree)


def _rows(pilot: Pilot[int]) -> list[str]:
    """Every row of the tree, also those out of sight."""
    tree = _tree(pilot)
    nodes = [tree.get_node_at_line(line) for line in range(tree.last_line + 1)]
    return [tree.render_label(node, Style(), Style()).plain.rstrip() for node in nodes if node]


def _row(pilot: Pilot[int], name: str) -> str:
    return next((row for row in _rows(pilot) if name in row), "")


def _row_at_cursor(pilot: Pilot[int]) -> str:
    return _rows(pilot)[_tree(pilot).cursor_line]


async def _move_to(pilot: Pilot[int], name: str) -> None:
    """Move the cursor to a row with the arrow keys."""
    await until(pilot, lambda: _row(pilot, name))
    way = _rows(pilot).index(_row(pilot, name)) - _tree(pilot).cursor_line
    await pilot.press(*["down" if way > 0 else "up"] * abs(way))


@asynccontextmanager
async def _screen(profile: Profile = NEW, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    """The screen, once its tree is there."""
    async with wizard_at(profile, Step.FOLDERS, size=size) as pilot:
        await until(pilot, lambda: _row(pilot, "Work") and _row(pilot, "The whole computer"))
        yield pilot


async def _go_on(pilot: Pilot[int]) -> Profile:
    """Press Enter, and return what was saved."""
    await pilot.press("enter")
    await until(pilot, lambda: walk(pilot).step == Step.SERVER)
    return profiles.load("amamac")


@pytest.mark.parametrize("size", SIZES)
async def test_one_enter_takes_the_usual_folders(home: Path, size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.FOLDERS, size=size) as pilot:
        saved = await _go_on(pilot)
    assert saved.folders == _named(home, "Documents", "Pictures")
    assert saved.exclude == AT_FIRST
    assert not saved.delete


@pytest.mark.parametrize("size", SIZES)
async def test_ticks_sizes_and_the_total_are_shown(size: tuple[int, int]) -> None:
    async with _screen(size=size) as pilot:
        await until(pilot, lambda: "6 files and folders (2.0 MB) will be backed up." in text(pilot))
        await until(pilot, lambda: "503.0 kB" in _row(pilot, "Documents"))
        rows = [" ".join(row.split()) for row in _rows(pilot)]
        assert rows[0] == "▾ [–] Your home folder"
        assert rows[1:4] == ["▸ [✓] Documents 503.0 kB", "▸ [✓] Pictures 2.0 MB", "▸ [ ] Downloads"]
        assert len(set(rows)) == len(rows)
        assert all(row.strip() in text(pilot) for row in _rows(pilot))
        assert "Enter continues" in text(pilot)
        assert ("Skipped: caches, trash, temporary files" in text(pilot)) == (size == (80, 24))
        assert ("[✓] Trash" in text(pilot)) == (size != (80, 24))


async def test_space_ticks_and_clears_and_the_total_follows(home: Path) -> None:
    async with _screen() as pilot:
        await _move_to(pilot, "Pictures")
        await pilot.press("space")
        assert _row(pilot, "Pictures") == "▸ [ ] Pictures"
        await until(pilot, lambda: "4 files and folders (3.0 kB) will be" in said(pilot))
        await _move_to(pilot, "Work")
        await pilot.press("space")
        await until(pilot, lambda: "6 files and folders (3.0 kB) will be" in said(pilot))
        await until(pilot, lambda: _row(pilot, "[✓] Work").endswith("empty"))
        assert (await _go_on(pilot)).folders == _named(home, "Documents", "Work")


async def test_a_click_on_a_box_ticks_and_one_on_an_arrow_opens() -> None:
    async with _screen() as pilot:
        lines = text(pilot).splitlines()
        y = next(y for y, line in enumerate(lines) if "Work" in line)
        await pilot.click(offset=(lines[y].index("[ ]") + 1, y))
        await until(pilot, lambda: "[✓] Work" in text(pilot))
        await pilot.click(offset=(lines[y].index("▸"), y))
        await until(pilot, lambda: "▸  ✓  2024" in text(pilot))
        assert "[✓] Work" in text(pilot)


async def test_arrows_open_step_into_and_close_a_folder() -> None:
    async with _screen() as pilot:
        await pilot.press("right")
        await until(pilot, lambda: _row(pilot, "Letters") == "▸  ✓  Letters")
        await pilot.press("right")
        assert "Letters" in _row_at_cursor(pilot)
        await pilot.press("right")
        await until(pilot, lambda: _row(pilot, "Letters") == "   ✓  Letters")
        await pilot.press("left")
        assert "Documents" in _row_at_cursor(pilot)
        await pilot.press("left")
        assert not _row(pilot, "Letters")


async def test_a_tick_covers_all_that_is_in_the_folder(home: Path) -> None:
    async with _screen() as pilot:
        await pilot.press("right")
        await _move_to(pilot, "Letters")
        await pilot.press("space")
        await until(pilot, lambda: "“Letters” is included with “Documents”" in said(pilot))
        await pilot.press("home", "space")
        assert _row(pilot, "Documents").startswith("▾  ✓  Documents")
        assert _row(pilot, "Work").startswith("▸  ✓  Work")
        assert "“Letters” is included" not in said(pilot)
        assert (await _go_on(pilot)).folders == (str(home),)


async def test_nothing_ticked_is_told_on_continue_alone() -> None:
    async with _screen() as pilot:
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "Nothing is selected yet." in said(pilot))
        assert "✗" not in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "✗ Select at least one folder" in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("escape")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)


@pytest.mark.parametrize("size", SIZES)
async def test_back_and_forth_keeps_what_was_ticked(home: Path, size: tuple[int, int]) -> None:
    async with _screen(size=size) as pilot:
        await _move_to(pilot, "Work")
        await pilot.press("space", "f2", "space", "tab", "x", "f2", "escape")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS and _row(pilot, "[✓] Work"))
        saved = await _go_on(pilot)
    assert saved.folders == _named(home, "Documents", "Pictures", "Work")
    assert saved.exclude == exclude_presets.patterns(frozenset({"bins", "temporary"}), ("x",))


async def test_a_profile_comes_back_as_it_was(home: Path) -> None:
    before = Profile(name="amamac", folders=_named(home, "Work/2024"), exclude=("*.iso", ".cache/", "a, b"))
    async with _screen(before) as pilot:
        await until(pilot, lambda: _row(pilot, "[✓] 2024"))
        assert _row(pilot, "[ ] Documents")
        assert "Skipped: *.iso, .cache/, a, b" in text(pilot)
        assert await _go_on(pilot) == before


async def test_a_folder_elsewhere_is_shown_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "some/deep folder").mkdir(parents=True)
    async with _screen(Profile(name="amamac", folders=(str(tmp_path / "some/deep folder"),))) as pilot:
        await until(pilot, lambda: _row(pilot, "[✓] deep folder"))
        assert _row(pilot, "[–] some")


async def test_other_disks_and_the_whole_computer_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "STICK/films").mkdir(parents=True)
    monkeypatch.setattr(folder_access, "disks", lambda: [str(tmp_path / "STICK")])
    async with _screen() as pilot:
        await _move_to(pilot, "Disk “STICK”")
        await pilot.press("right")
        await until(pilot, lambda: _row(pilot, "[ ] films"))
        await pilot.press("end", "space")
        await until(pilot, lambda: "You can't back up the whole disk as one folder" in said(pilot))
        assert "The whole computer" in text(pilot)


async def test_a_folder_that_went_away_is_told_and_can_be_cleared(home: Path) -> None:
    async with _screen(Profile(name="amamac", folders=_named(home, "Gone", "Work"))) as pilot:
        await until(pilot, lambda: _row(pilot, "[✓] ~/Gone").endswith("not found"))
        await until(pilot, lambda: "! ~/Gone doesn't exist." in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ ~/Gone doesn't exist." in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("home", "space")
        await until(pilot, lambda: "~/Gone doesn't exist." not in said(pilot))
        assert (await _go_on(pilot)).folders == _named(home, "Work")


async def test_a_folder_that_may_not_be_read_is_marked_and_can_t_be_ticked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "Secret").mkdir()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "Secret" not in str(path) and may(path, mode))
    async with _screen() as pilot:
        await _move_to(pilot, "Secret")
        assert _row(pilot, "Secret").endswith("can't be read")
        await pilot.press("space")
        await until(pilot, lambda: "You can't read “Secret”" in said(pilot))
        assert _row(pilot, "[ ] Secret")


async def test_a_ticked_folder_that_may_not_be_read_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, os, "open", home / "Documents")
    forbid(monkeypatch, os, "scandir", home / "Documents")
    async with _screen() as pilot:
        await until(pilot, lambda: _row(pilot, "Documents").endswith("can't be read"))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ You don't have permission to read ~/Documents." in text(pilot))
        assert walk(pilot).step == Step.FOLDERS


async def test_folders_inside_that_may_not_be_read_are_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = f'rsync: [sender] opendir "{home}/Documents/Taxes" failed: Permission denied (13)'
    statistics = "Number of files: 4 (reg: 1, dir: 3)\nTotal transferred file size: 9 bytes"
    put_in_rsyncs_place(monkeypatch, tmp_path, f"echo '{complaint}' >&2; echo '{statistics}'; exit 23")
    async with _screen() as pilot:
        await until(pilot, lambda: "You can't read ~/Documents/Taxes, so it won't be in the backup." in said(pilot))
        assert "4 files and folders (9 bytes) will be backed up." in said(pilot)


async def test_hidden_folders_are_behind_a_key_except_mail(home: Path) -> None:
    (home / ".thunderbird").mkdir()
    async with _screen() as pilot:
        assert _row(pilot, "[✓] .thunderbird  Thunderbird’s mail")
        assert not _row(pilot, ".hidden")
        await _move_to(pilot, "Work")
        await pilot.press("h")
        assert _row(pilot, ".hidden")
        assert "Work" in _row_at_cursor(pilot)
        await pilot.press("h")
        assert not _row(pilot, ".hidden")


async def test_strange_names_are_shown_as_they_are(home: Path) -> None:
    for name in ("two  words", "[bold red]x", "line\nbreak", "-rf", "\u202eleft", os.fsdecode(b"x\xff")):
        (home / name).mkdir()
    async with _screen() as pilot:
        for shown in ("two  words", "[bold red]x", "line␊break", "-rf", "\\u202eleft", "x\\xff"):
            assert _row(pilot, f"[ ] {shown}"), shown
        for name in ("[bold red]x", "line␊break"):
            await _move_to(pilot, name)
            await pilot.press("space")
        await _move_to(pilot, "x\\xff")
        await pilot.press("space")
        await until(pilot, lambda: "The name “x\\xff” has characters that the wizard can't use" in said(pilot))
        saved = await _go_on(pilot)
    assert saved.folders == _named(home, "Documents", "Pictures", "[bold red]x", "line\nbreak")


async def test_a_link_is_backed_up_as_what_it_leads_to_only_if_it_is_ticked_itself(home: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 7000)
    (home / "Films").symlink_to(tmp_path)
    async with _screen() as pilot:
        await _move_to(pilot, "Films → /")
        await pilot.press("space")
        await until(pilot, lambda: _row(pilot, "[✓] Films").endswith("7.0 kB"))
        await pilot.press("home", "space")
        assert "✓  Films  link only" in _row(pilot, "Films")
        await _move_to(pilot, "Films")
        await pilot.press("space")
        await until(pilot, lambda: "“Films” is a link" in said(pilot))


async def test_what_is_left_out_is_ticked_and_typed_with_keys() -> None:
    async with _screen() as pilot:
        await pilot.press("f2", "down", "down", "space")
        await until(pilot, lambda: "[ ] Temporary files" in text(pilot))
        await until(pilot, lambda: "7 files and folders (2.5 MB) will be" in said(pilot))
        await pilot.press("tab", *"o*")
        await until(pilot, lambda: "5 files and folders (500.0 kB) will be" in said(pilot))
        await pilot.press("tab", "space")
        assert "[✓] Delete from the backup" in text(pilot)
        saved = await _go_on(pilot)
    assert saved.exclude == exclude_presets.patterns(frozenset({"caches", "bins"}), ("o*",))
    assert (saved.delete, saved.scheme.allow_delete) == (True, True)


async def test_a_pattern_that_can_t_be_taken_is_told_under_its_line() -> None:
    async with _screen() as pilot:
        await pilot.press("f2", "tab", "!", "f2", "enter")
        await until(pilot, lambda: "✗ rsync would read this as a command" in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("backspace")
        assert (await _go_on(pilot)).exclude == AT_FIRST


async def test_removing_is_not_offered_where_the_server_keeps_all() -> None:
    async with _screen(Profile(name="amamac", scheme=SchemeSettings(append_only=True)), size=(120, 40)) as pilot:
        assert "Trash" in text(pilot)
        assert "Delete from the backup" not in text(pilot)
        assert not (await _go_on(pilot)).delete


async def test_in_a_low_window_escape_and_back_lead_to_the_folders_first() -> None:
    async with _screen() as pilot:
        for turn in ("f2", "#turn"):
            await (pilot.click(turn) if turn.startswith("#") else pilot.press(turn))
            await until(pilot, lambda: "Trash" in text(pilot) and "Documents" not in text(pilot))
            await (pilot.click("#back") if turn.startswith("#") else pilot.press("escape"))
            await until(pilot, lambda: "Documents" in text(pilot) and "Trash" not in text(pilot))
        await pilot.click("#back")
        await until(pilot, lambda: walk(pilot).step == Step.WELCOME)


async def test_a_window_that_gets_lower_shows_where_the_cursor_is() -> None:
    async with _screen(size=(120, 40)) as pilot:
        await pilot.press("f2")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Trash" in text(pilot) and "Documents" not in text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "[ ] Caches" in text(pilot))


async def test_without_rsync_the_total_says_so_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with _screen() as pilot:
        await until(pilot, lambda: "! rsync isn't installed on this computer." in text(pilot))
        assert (await _go_on(pilot)).folders


@pytest.mark.parametrize("key", ["enter", "escape", "ctrl+q"])
async def test_leaving_ends_the_counting(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.client.folders.backup_size._PAUSE_SECONDS", 0)
    put_in_rsyncs_place(monkeypatch, tmp_path, "echo '>f+++++++++|7000|a/b'; sleep 1000")
    before = set(processes.descendants(os.getpid()))
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "1 item (7.0 kB) so far" in said(pilot))
        assert set(processes.descendants(os.getpid())) > before
        await pilot.press(key)
        if key != "ctrl+q":
            await until(pilot, lambda: set(processes.descendants(os.getpid())) <= before)
    assert set(processes.descendants(os.getpid())) <= before
