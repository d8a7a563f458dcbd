"""Files come back by keys alone, from the list of backups to where they are."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key
from textual.widgets import Input

from screens.restore.files import FilesScreen
from tests.screens.at_the_server import none_left
from tests.screens.home.at_home import home_screen, is_home
from tests.screens.restore.places import at_stage, backed_up, content
from tests.support.data.samples import make_sample
from tests.support.pilot import TRIED_SIZES, said, text, until
from wizard.client import profile_lock
from wizard.restore import restoring
from wizard.walk.getting_back import wish
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_everything_comes_back_by_keys_alone(
    sshd: RealSshd, sample_folder: Path, home: Path, size: tuple[int, int]
) -> None:
    place = await backed_up(sshd, sample_folder)
    async with home_screen(size) as pilot:
        await pilot.press("g", "enter")  # in a burst: the second is for the tree, where nothing is selected yet
        await until(pilot, lambda: "Select at least one file or folder" in said(pilot))
        await pilot.press("space", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "Nothing was written" in said(pilot))
        assert not list(home.glob("Restored*"))
        await pilot.press("enter")
        await at_stage(pilot, Stage.RESTORE)
        await until(pilot, lambda: "16 files restored to ~/Restored from amamac" in said(pilot))
        assert "compared with the server by content" in said(pilot)
        assert "open this folder in your file manager" in said(pilot)
        await pilot.press("enter")
        await is_home(pilot)
        with profile_lock.alone("amamac"):  # other programs may have it again
            pass
    assert wish.kept(place.profile).paths == ()
    restored = next(home.glob("Restored from amamac *"))
    assert content(restored / sample_folder.name) == content(sample_folder)


@pytest.mark.every_case
async def test_some_files_are_chosen_and_go_where_they_came_from(sshd: RealSshd, sample_folder: Path) -> None:
    await backed_up(sshd, sample_folder)
    before = content(sample_folder)
    lost, changed = sample_folder / "sub folder/deep/file.txt", sample_folder / ".hidden/settings"
    lost.unlink()
    changed.write_text("changed since")
    async with home_screen() as pilot:
        await pilot.press("g")
        await at_stage(pilot, Stage.FILES)
        for key in ("down", "right", "down", "space", "down", "down", "space"):  # all before the folder is there
            pilot.app.post_message(Key(key, " " if key == "space" else None))
        await until(pilot, lambda: "Selected: .hidden, sub folder." in said(pilot))
        await pilot.press("left", "space")  # the folder around both covers them
        await until(pilot, lambda: f"Selected: {sample_folder.name}." in said(pilot))
        await pilot.press("down", "space")
        await until(pilot, lambda: f"“.hidden” comes with “{sample_folder.name}”" in said(pilot))
        await pilot.press("up", "space", "down", "space", "down", "down", "space", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("down", "enter")
        await at_stage(pilot, Stage.EXISTING)
        await pilot.press("escape")
        await at_stage(pilot, Stage.PLACE)
        assert "● Where they came from" in text(pilot)
        await pilot.press("escape")
        await at_stage(pilot, Stage.FILES)
        await until(pilot, lambda: "Selected: .hidden, sub folder." in said(pilot))
        await pilot.press("enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("enter")
        await at_stage(pilot, Stage.EXISTING)
        await pilot.press("end", "enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "A restore would put back 2 files" in said(pilot))
        assert changed.read_text() == "changed since"
        await pilot.press("enter")
        await at_stage(pilot, Stage.RESTORE)
        await until(pilot, lambda: "2 files restored to where they came from" in said(pilot))
    assert content(sample_folder) == before


async def test_a_name_is_found_anywhere_and_chosen(sshd: RealSshd, sample_folder: Path, home: Path) -> None:
    await backed_up(sshd, sample_folder)
    async with home_screen() as pilot:
        await pilot.press("g", "slash", *"FILE.TXT")
        await until(pilot, lambda: "1 of 21" in text(pilot))
        assert "sub folder/deep/file.txt" in text(pilot)
        await pilot.press("enter", "space")
        await until(pilot, lambda: "Selected: file.txt." in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "▸ [–] sample folder" in text(pilot))
        assert isinstance(pilot.app.screen, FilesScreen)
        assert pilot.app.screen.query_one("#find", Input).value == ""
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: "No name contains that" in text(pilot))
        await pilot.press("escape", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("tab", *f"{home}/new", "enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "1 file (" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "1 file restored to ~/new" in said(pilot))
    assert content(home / "new") == {
        path: found for path, found in content(sample_folder.parent).items() if path.endswith("deep/file.txt")
    }


async def test_a_folder_that_can_not_take_them_is_told_under_its_line(
    sshd: RealSshd, tmp_path: Path, home: Path
) -> None:
    source = make_sample(tmp_path / "source")
    await backed_up(sshd, source)
    (home / "a file").write_text("in the way")
    (home / "full").mkdir()
    (home / "full/there").write_text("")
    async with home_screen() as pilot:
        await pilot.press("g", "space", "enter")
        await at_stage(pilot, Stage.PLACE)
        for typed, word in {
            "relative": "Type the whole path",
            f"{source}/inside": "That folder is backed up",
            f"{home}/a file": "already exists",
            "/media/nobody/disk": "plug the disk in",
        }.items():
            await pilot.press("tab", *typed, "enter")
            await until(pilot, lambda: word in " ".join(said(pilot).split()))  # noqa: B023
            await pilot.press("shift+tab")
        await pilot.press("escape")
        await at_stage(pilot, Stage.FILES)
        await pilot.press("enter")
        await at_stage(pilot, Stage.PLACE)
        assert "/media/nobody/disk" in text(pilot)  # what was typed is still there
        await pilot.press("tab", *f"{home}/full", "enter")
        await at_stage(pilot, Stage.EXISTING)  # there is something in it
        await pilot.press("ctrl+q")
    async with home_screen() as pilot:
        await pilot.press("g")
        await at_stage(pilot, Stage.FILES)
        await until(pilot, lambda: "Everything is selected" in said(pilot))
        await pilot.press("enter")
        await at_stage(pilot, Stage.PLACE)
        assert "~/full" in text(pilot)


async def test_a_restore_is_stopped_and_gone_on_with(sshd: RealSshd, sample_folder: Path, home: Path) -> None:
    place = await backed_up(sshd, sample_folder)
    with pytest.MonkeyPatch.context() as patch:
        has_arrived = held_once_all_has_arrived(patch)
        async with home_screen() as pilot:
            await to_the_restore(pilot)
            await until(pilot, has_arrived.is_set)
            await pilot.press("escape")
            await until(pilot, lambda: "Stop the restore?" in text(pilot))
            await pilot.press("enter")  # the safe answer
            await until(pilot, lambda: "Comparing the files with the server" in said(pilot))
            await pilot.press("escape")
            await until(pilot, lambda: "Stop the restore?" in text(pilot))
            await pilot.press("left", "enter")
            await until(pilot, lambda: "Restore stopped. What has arrived is kept" in said(pilot))
            await none_left()
            assert not list(home.glob("Restored*"))
            await pilot.press("ctrl+q")
    place.shut_out()
    async with home_screen() as pilot:  # all is as it was left, the name of the new folder included
        await pilot.press("g")
        await until(pilot, lambda: "The server doesn't accept this computer's key" in said(pilot))
        place.let_in()
        await until(pilot, lambda: pilot.app.screen.query_one("#again").has_focus)
        await pilot.press("enter")
        await at_stage(pilot, Stage.FILES)
        await until(pilot, lambda: "Everything is selected" in said(pilot))
        await to_the_restore(pilot, "enter")
        await until(pilot, lambda: "16 files restored to" in said(pilot))
    assert content(next(home.glob("Restored*")) / sample_folder.name) == content(sample_folder)
    assert not list(home.glob(".backup-wizard*"))


@pytest.mark.every_case
async def test_what_can_not_be_put_in_its_place_is_named(sshd: RealSshd, sample_folder: Path) -> None:
    await backed_up(sshd, sample_folder)
    (sample_folder / "plain.txt").unlink()
    (sample_folder / "plain.txt").mkdir()
    async with home_screen() as pilot:
        await pilot.press("g", "space", "enter")
        await at_stage(pilot, Stage.PLACE)
        await pilot.press("down", "enter")
        await at_stage(pilot, Stage.EXISTING)
        await pilot.press("end", "enter")
        await at_stage(pilot, Stage.PRACTICE)
        await until(pilot, lambda: "Nothing was written" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Some files were not restored" in said(pilot))
        assert "it is a folder here and none in the backup" in said(pilot)
        assert "Not everything could be restored" in said(pilot)


async def to_the_restore(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*(keys or ("g", "space", "enter")))
    await at_stage(pilot, Stage.PLACE)
    await pilot.press("enter")
    await at_stage(pilot, Stage.PRACTICE)
    await until(pilot, lambda: "Nothing was written" in said(pilot))
    await pilot.press("enter")
    await at_stage(pilot, Stage.RESTORE)


def held_once_all_has_arrived(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Hold the real restore there, until it is stopped."""
    run, has_arrived = restoring.run, asyncio.Event()

    async def held(*given: Any, **more: Any) -> AsyncGenerator[restoring.Event]:
        async with aclosing(run(*given, **more)) as events:
            async for event in events:
                yield event
                if isinstance(event, restoring.Comparing):
                    has_arrived.set()
                    await asyncio.Event().wait()

    monkeypatch.setattr(restoring, "run", held)
    return has_arrived
