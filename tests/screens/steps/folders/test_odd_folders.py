"""Folders that lie elsewhere, went away, may not be read, are hidden, are links, or have odd names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.screens.steps.folders.folders_screen import (
    go_on,
    move_to,
    named,
    opened,
    row_at_cursor,
    row_with,
)
from tests.support.fake_failures import forbid, put_in_rsyncs_place
from tests.support.pilot import said, text, until, walk
from wizard.client.folders import folder_access
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_a_folder_elsewhere_is_shown_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "some/deep folder").mkdir(parents=True)
    async with opened(Profile(name="amamac", folders=(str(tmp_path / "some/deep folder"),))) as pilot:
        await until(pilot, lambda: row_with(pilot, "[✓] deep folder"))
        assert row_with(pilot, "[–] some")


async def test_other_disks_and_the_whole_computer_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "STICK/films").mkdir(parents=True)
    monkeypatch.setattr(folder_access, "disks", lambda: [str(tmp_path / "STICK")])
    async with opened() as pilot:
        await move_to(pilot, "Disk “STICK”")
        await pilot.press("right")
        await until(pilot, lambda: row_with(pilot, "[ ] films"))
        await pilot.press("end", "space")
        await until(pilot, lambda: "You can't back up the whole disk as one folder" in said(pilot))
        await until(pilot, lambda: "The whole computer" in text(pilot))


async def test_a_folder_that_went_away_is_told_and_can_be_cleared(home: Path) -> None:
    async with opened(Profile(name="amamac", folders=named(home, "Gone", "Work"))) as pilot:
        await until(pilot, lambda: row_with(pilot, "[✓] ~/Gone").endswith("not found"))
        await until(pilot, lambda: "! ~/Gone doesn't exist." in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ ~/Gone doesn't exist." in text(pilot))
        assert walk(pilot).step == Step.FOLDERS
        await pilot.press("home", "space")
        await until(pilot, lambda: "~/Gone doesn't exist." not in said(pilot))
        assert (await go_on(pilot)).folders == named(home, "Work")


async def test_a_folder_that_may_not_be_read_is_marked_and_can_t_be_ticked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "Secret").mkdir()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "Secret" not in str(path) and may(path, mode))
    async with opened() as pilot:
        await move_to(pilot, "Secret")
        assert row_with(pilot, "Secret").endswith("can't be read")
        await pilot.press("space")
        await until(pilot, lambda: "You can't read “Secret”" in said(pilot))
        assert row_with(pilot, "[ ] Secret")


async def test_a_ticked_folder_that_may_not_be_read_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, os, "open", home / "Documents")
    forbid(monkeypatch, os, "scandir", home / "Documents")
    async with opened() as pilot:
        await until(pilot, lambda: row_with(pilot, "Documents").endswith("can't be read"))
        await pilot.press("enter")
        await until(pilot, lambda: "✗ You don't have permission to read ~/Documents." in text(pilot))
        assert walk(pilot).step == Step.FOLDERS


async def test_folders_inside_that_may_not_be_read_are_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = f'rsync: [sender] opendir "{home}/Documents/Taxes" failed: Permission denied (13)'
    statistics = "Number of files: 4 (reg: 1, dir: 3)\nTotal transferred file size: 9 bytes"
    put_in_rsyncs_place(monkeypatch, tmp_path, f"echo '{complaint}' >&2; echo '{statistics}'; exit 23")
    async with opened() as pilot:
        await until(pilot, lambda: "You can't read ~/Documents/Taxes, so it won't be in the backup." in said(pilot))
        assert "4 files and folders (9 bytes) will be backed up." in said(pilot)


async def test_hidden_folders_are_behind_a_key_except_mail(home: Path) -> None:
    (home / ".thunderbird").mkdir()
    async with opened() as pilot:
        assert row_with(pilot, "[✓] .thunderbird  Thunderbird’s mail")
        assert not row_with(pilot, ".hidden")
        await move_to(pilot, "Work")
        await pilot.press("h")
        assert row_with(pilot, ".hidden")
        assert "Work" in row_at_cursor(pilot)
        await pilot.press("h")
        assert not row_with(pilot, ".hidden")


async def test_strange_names_are_shown_as_they_are(home: Path) -> None:
    for name in ("two  words", "[bold red]x", "line\nbreak", "-rf", "\u202eleft", os.fsdecode(b"x\xff")):
        (home / name).mkdir()
    async with opened() as pilot:
        for shown in ("two  words", "[bold red]x", "line␊break", "-rf", "\\u202eleft", "x\\xff"):
            assert row_with(pilot, f"[ ] {shown}"), shown
        for name in ("[bold red]x", "line␊break"):
            await move_to(pilot, name)
            await pilot.press("space")
        await move_to(pilot, "x\\xff")
        await pilot.press("space")
        await until(pilot, lambda: "The name “x\\xff” has characters that the wizard can't use" in said(pilot))
        saved = await go_on(pilot)
    assert saved.folders == named(home, "Documents", "Pictures", "[bold red]x", "line\nbreak")


async def test_a_link_is_backed_up_as_what_it_leads_to_only_if_it_is_ticked_itself(home: Path, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 7000)
    (home / "Films").symlink_to(tmp_path)
    async with opened() as pilot:
        await move_to(pilot, "Films → /")
        await pilot.press("space")
        await until(pilot, lambda: row_with(pilot, "[✓] Films").endswith("7.0 kB"))
        await pilot.press("home", "space")
        assert "✓  Films  link only" in row_with(pilot, "Films")
        await move_to(pilot, "Films")
        await pilot.press("space")
        await until(pilot, lambda: "“Films” is a link" in said(pilot))
