"""The practice run: the real rsync, and nothing copied."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Key

from screens.app import WizardApp
from screens.dialogs.save_text import SaveTextScreen
from screens.widgets.listing.entry_list import EntryList
from screens.widgets.listing.searched_list import FindBox
from screens.widgets.tick_list import TickList
from tests.screens.at_the_server import arrive, clients, none_left
from tests.support import programs
from tests.support.data.trees import make_too_deep, tree
from tests.support.pilot import TRIED_SIZES, at, said, text, until, walk, wizard_at
from wizard.profile import SchemeSettings
from wizard.schemes.parts.over_ssh import MARKER_NAME
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from screens.context import Context
    from tests.screens.at_the_server import Place
    from tests.support.servers.real_sshd import RealSshd

DONE = "Nothing was copied. "
STOPPED = "You stopped the practice run."


@pytest.fixture
def place(sshd: RealSshd, sample_folder: Path) -> Place:
    place = arrive(sshd, sample_folder)
    place.let_in()
    return place


@pytest.fixture
def begun(place: Place, sample_folder: Path) -> Place:
    """A server that has an older backup: files are new, changed and gone, and rsync may remove them."""
    for number in range(100):
        (sample_folder / f"many-{number:03}.tex").touch()
    there = place.backup / sample_folder.name
    _rsync("-a", f"{sample_folder}/", f"{there}/")
    (there / "two words.txt").write_text("an older text")
    for name in ("plain.txt", *(f"many-{number:03}.tex" for number in range(50))):
        (there / name).unlink()
    (there / "sub folder" / "deep" / "file.txt").unlink()
    (there / "old\nand gone.txt").write_text("old")
    profile = msgspec.structs.replace(place.profile, delete=True, scheme=SchemeSettings(allow_delete=True))
    place.let_in(place.text(profile=profile))
    return replace(place, profile=profile)


@pytest.mark.parametrize("size", TRIED_SIZES)
async def test_the_counts_are_rsync_s_own_and_the_server_is_unchanged(begun: Place, size: tuple[int, int]) -> None:
    before = tree(begun.sshd.folder)
    kept_facts.learn(begun.profile, room=10**9)
    async with wizard_at(begun.profile, Step.DRY_RUN, size=size) as pilot:
        await until(pilot, lambda: DONE in said(pilot))
        assert "the server had 1.0 GB free. The first backup fits." in said(pilot)
        told = _statistics(begun)
        found = _context(pilot).dry_run
        assert found is not None
        assert found.files == told["Number of files"]
        assert found.new == told["Number of created files"]
        assert found.deleted == told["Number of deleted files"] == 1
        assert found.bytes_to_send == told["Total transferred file size"]
        assert found.bytes_total == told["Total file size"]
        assert "1 changed; 1 would be deleted" in said(pilot)
        await until(pilot, lambda: "Deleted 1" in text(pilot))
        await _look_through(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEDULE)
    assert tree(begun.sshd.folder) == before
    assert steps.begin(begun.profile).step == Step.SCHEDULE


async def test_names_are_shown_as_they_are_and_give_the_terminal_no_orders(place: Place) -> None:
    Path(place.profile.folders[0], "[bold]x \x1b[2J.txt").touch()
    async with wizard_at(place.profile, Step.DRY_RUN, size=(120, 40)) as pilot:
        await until(pilot, lambda: DONE in said(pilot))
        await pilot.press("f3", "f3", "f3")
        await until(pilot, lambda: "[bold]x ␛[2J.txt" in text(pilot))
        for shown in ("line␊break.txt", "tab␉here.txt", "\\u202eright-to-left.txt", "not-utf8-\\xff.txt"):
            assert shown in text(pilot)
        assert not set(text(pilot)) & {"\x1b", "\t", "\u202e"}


async def test_what_could_not_be_looked_at_is_told_and_does_not_hold_the_person_up(place: Place) -> None:
    make_too_deep(Path(place.profile.folders[0]))
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "could not be read: see “Problems”" in said(pilot))
        await pilot.press("shift+f3")
        await until(pilot, lambda: "! The path is too long:" in text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEDULE)


async def test_what_is_ticked_is_left_out_recounted_and_run_again(place: Place) -> None:
    modules = Path(place.profile.folders[0], "site", "node_modules")
    modules.mkdir(parents=True)
    (modules / "heavy.js").write_bytes(bytes(1_000_000))
    async with wizard_at(place.profile, Step.DRY_RUN, reached=Step.FINISH) as pilot:
        await until(pilot, lambda: "1.0 MB) would be sent" in said(pilot))
        assert "Sending takes about 1 s at 100 Mbit/s" in said(pilot)
        await pilot.press("shift+f3")
        await until(
            pilot, lambda: "[ ] node_modules/" in text(pilot) and "1.0 MB, 1 file · Build folders" in text(pilot)
        )
        await pilot.press("space")
        await until(
            pilot, lambda: "Without what you selected, 15 files (1.1 kB) would be sent: 1.0 MB less" in said(pilot)
        )
        await pilot.press("space")
        await until(pilot, lambda: "1.0 MB) would be sent" in said(pilot))
        await pilot.press("space", "ctrl+s")
        await until(pilot, lambda: "node_modules/" in walk(pilot).profile.exclude)
        await until(pilot, lambda: f"{DONE}15 files (1.1 kB) would be sent" in said(pilot))
        assert walk(pilot).reached == Step.DRY_RUN
        assert not pilot.app.screen.query(TickList)  # there is nothing left to offer
        assert steps.begin(walk(pilot).profile).step == Step.DRY_RUN
        assert profiles.load(place.profile.name).exclude == (*place.profile.exclude, "node_modules/")


async def test_the_list_is_saved_and_nothing_is_written_over(place: Place, home: Path) -> None:
    there = home / "practice-run-amamac.txt"
    there.write_text("mine")
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: DONE in said(pilot))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTextScreen))
        await pilot.press(*["left"] * 4, "backspace", "backspace", "enter")  # the name that is free is proposed
        await until(pilot, lambda: "✗" in said(pilot))
        assert there.read_text() == "mine"
        await pilot.press("2", "enter")
        await until(pilot, lambda: at(pilot) == Step.DRY_RUN)
    lines = (home / "practice-run-amamac2.txt").read_text().splitlines()
    assert "<f+++++++++ 50 sample folder/line␊break.txt" in lines
    assert len(lines) == int(_statistics(place)["Number of created files"])


async def test_much_that_would_be_removed_is_warned_of(begun: Place) -> None:
    for number in range(60):
        (begun.backup / "sample folder" / f"gone-{number}").touch()
    async with wizard_at(begun.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "Careful: 61 files would be deleted from the backup" in said(pilot))
        await until(pilot, lambda: "Deleted 61" in text(pilot))


async def test_where_no_practice_run_is_possible_it_says_why_and_counts_here(place: Place) -> None:
    profile = msgspec.structs.replace(place.profile, scheme=SchemeSettings(kind="forced-command"))
    kept_facts.learn(profile, shell="/usr/bin/rssh")
    async with wizard_at(profile, Step.DRY_RUN) as pilot:
        await until(
            pilot, lambda: "Counted on this computer instead: in a first backup, 14 files (1.1 kB)" in said(pilot)
        )
        assert "(rssh) makes a practice run impossible" in said(pilot)
        await until(pilot, lambda: "Deleted" not in text(pilot).replace("would be deleted", ""))
        await none_left()
        await pilot.press("shift+f3")
        await until(pilot, lambda: "Could you set the login shell" in text(pilot))
        assert "usermod -s /bin/sh" in said(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEDULE)


async def test_a_folder_that_is_missing_is_told_and_the_run_can_be_made_again(place: Place) -> None:
    folder = Path(place.profile.folders[0])
    away = folder.rename(folder.with_name("away"))
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: f"{folder} doesn't exist" in said(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Finish the practice run first" in said(pilot))
        assert walk(pilot).step == Step.DRY_RUN
        away.rename(folder)
        await pilot.press("r")
        await until(pilot, lambda: DONE in said(pilot))
        assert "doesn't exist" not in said(pilot)


async def test_a_server_without_the_folder_is_told_with_words_for_the_admin(place: Place) -> None:
    place.backup.rmdir()
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "The server has no folder for this backup" in said(pilot))
        assert "Please check that it exists" in said(pilot)


async def test_another_computer_s_backup_is_noticed(place: Place) -> None:
    (place.backup / MARKER_NAME).write_text("another computer's")
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "already contains another backup" in said(pilot))


async def test_escape_stops_it_and_it_can_be_run_again(place: Place) -> None:
    place.let_in(place.stalled())
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: {"ssh", "rsync"} <= set(clients()))
        await pilot.press("enter", "ctrl+s")
        assert walk(pilot).step == Step.DRY_RUN
        await pilot.press("escape")
        await until(pilot, lambda: STOPPED in said(pilot))
        assert not clients()
        await pilot.press("f3", "slash", "x")  # there are no lists
        assert not any(word in text(pilot) for word in ("Nothing would be", "Deleted", "Find")), text(pilot)
        place.let_in()
        await pilot.press("enter")
        await until(pilot, lambda: DONE in said(pilot) and STOPPED not in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)


@pytest.mark.parametrize("way_out", ["#back", "ctrl+q"])
async def test_leaving_ends_rsync_and_its_ssh(place: Place, way_out: str) -> None:
    place.let_in(place.stalled())
    steps.record(Walk(place.profile, Step.DRY_RUN, Step.DRY_RUN))
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: {"ssh", "rsync"} <= set(clients()))
        if way_out.startswith("#"):
            await pilot.click(way_out)
            await until(pilot, lambda: at(pilot) != Step.DRY_RUN)
        else:
            await pilot.press(way_out)
    await none_left()
    assert steps.begin(place.profile).step == Step.DRY_RUN


async def _look_through(pilot: Pilot[int]) -> None:
    """See each view, and narrow the list of all down, by keys alone."""
    await until(pilot, lambda: "▾ sub folder" in text(pilot))  # the bulk is in sight from the start
    await pilot.press("left")
    await until(pilot, lambda: "sub folder" not in text(pilot))
    await pilot.press("right", "right", "space")
    await until(pilot, lambda: "▸ sub folder" in text(pilot) and "deep" not in text(pilot))
    await pilot.press("f3")
    await until(pilot, lambda: "~ sample folder/two words.txt" in text(pilot))
    await pilot.press("right")
    await until(pilot, lambda: "− sample folder/old␊and gone.txt" in text(pilot))
    await pilot.press("right")
    entries = pilot.app.screen.query_one("#found", EntryList)
    await until(pilot, lambda: "+ sample folder/" in text(pilot))
    await pilot.press("pagedown", "down")
    await until(pilot, lambda: entries.scroll_y == 9)
    await pilot.press("up")
    await until(pilot, lambda: entries.scroll_y == 8)
    await pilot.press("slash", *"WORDS")
    await until(pilot, lambda: "  1 of " in text(pilot))
    assert "~ sample folder/two words.txt" in text(pilot)
    await pilot.press("x")
    await until(pilot, lambda: "No name contains that." in text(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: entries.has_focus)
    assert walk(pilot).step == Step.DRY_RUN
    await pilot.press("slash", "escape")
    await until(pilot, lambda: "+ sample folder/" in text(pilot) and entries.has_focus)
    await pilot.press("f3", "slash", *"WORDS")  # from another list as well
    await until(pilot, lambda: "  1 of " in text(pilot))
    assert pilot.app.screen.query_one(FindBox).has_focus
    await pilot.press("escape")
    await until(pilot, lambda: "+ sample folder/" in text(pilot) and entries.has_focus)
    await pilot.press("f3")
    for sign in "/words":  # at once
        pilot.app.post_message(Key("slash" if sign == "/" else sign, sign))
    await until(pilot, lambda: pilot.app.screen.query_one(FindBox).value == "words")
    await pilot.press("escape")
    await until(pilot, lambda: entries.has_focus)


def _context(pilot: Pilot[int]) -> Context:
    assert isinstance(pilot.app, WizardApp)
    return pilot.app.context


def _statistics(place: Place) -> dict[str, int]:
    """What bare rsync counts, without the wizard, its ssh or the server."""
    folder = Path(place.profile.folders[0])
    printed = _rsync(
        *("-aR", "--dry-run", "--delete", "--stats", "--no-human-readable", "--exclude=*.tmp"),
        *(f"{folder.parent}/./{folder.name}/", f"{place.backup}/"),
    )
    return {name: int(value) for name, value in re.findall(r"^([A-Z][^:]+): (\d+)", printed, re.MULTILINE)}


def _rsync(*arguments: str) -> str:
    ran = subprocess.run(
        [programs.require("rsync"), "--mkpath", *arguments], capture_output=True, text=True, check=True
    )
    return ran.stdout
