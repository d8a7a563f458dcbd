"""What belongs to no step: the window, its keys and colours, and a folder that can't be written to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.events import Key
from textual.widgets import Button, Input

from screens.app import WizardApp
from screens.context import Context
from screens.dialogs.explanation import ExplanationScreen
from screens.widgets.rail import Rail
from tests.support.pilot import arrived, at, said, text, until, walk, wizard_at
from wizard import console
from wizard.client.session import Session
from wizard.commands import terminal
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.screen import Screen

NEW = Profile(name="amamac")


async def test_a_window_that_is_too_small_says_so_until_it_is_large_enough() -> None:
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: "This window is 60×20. backup-wizard needs 80×24." in said(pilot))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: at(pilot) == Step.WELCOME)


async def test_a_settings_folder_that_cannot_be_written_to_is_explained_and_nothing_is_lost(home: Path) -> None:
    (home / ".config").write_text("a file where the folder should be")
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "You can fix this" in said(pilot))
        assert walk(pilot).step == Step.WELCOME
        await pilot.press("escape")
        await until(pilot, lambda: at(pilot) == Step.WELCOME)


async def test_the_keys_are_named_as_on_a_keyboard_and_all_of_them_fit(home: Path) -> None:
    (home / "Documents").mkdir()
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "Space Select" in text(pilot) and "Ctrl+Q Quit" in text(pilot))
        assert "F2 Skip" in text(pilot).splitlines()[-1]


async def test_each_screen_follows_the_one_before_whole_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []

    def display(app: WizardApp, screen: Screen[object], painted: object) -> None:
        if painted is not None and not app._batch_count:
            seen.append((type(screen).__name__, screen.has_class("-wide")))

    async with wizard_at(NEW, Step.WELCOME, size=(120, 40)) as pilot:
        await arrived(pilot, Step.WELCOME)
        monkeypatch.setattr(WizardApp, "_display", display)
        await pilot.press("enter")
        await arrived(pilot, Step.FOLDERS)
        await pilot.press("escape")
        await arrived(pilot, Step.WELCOME)
    assert set(seen) == {("WelcomeScreen", True), ("FoldersScreen", True)}


async def test_help_is_closed_with_enter_and_its_way_out_is_in_sight() -> None:
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExplanationScreen))
        await until(pilot, lambda: "Close" in text(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: at(pilot) == Step.FOLDERS)


async def test_enter_on_the_step_at_hand_leads_to_its_answer() -> None:
    async with wizard_at(NEW, Step.SERVER) as pilot:
        pilot.app.screen.query_one(Rail).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))


async def test_without_colours_nothing_is_painted_in_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await until(pilot, lambda: "Begin" in text(pilot))
        styles = [part.style for line in pilot.app.screen._compositor.render_strips() for part in line if part.style]
        colours = {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert colours <= {"default"}


async def test_where_no_backup_was_begun_a_new_one_begins_without_a_question() -> None:
    with Session() as session:
        async with WizardApp(None, Context(session)).run_test() as pilot:
            await arrived(pilot, Step.WELCOME)


def test_whoever_leaves_is_told_how_to_go_on() -> None:
    walk = Walk(NEW, Step.SERVER, Step.SERVER)
    assert "still there the next time" in console.left_at(walk)
    profiles.save(NEW)
    assert console.left_at(walk).endswith("To continue at “Server”, run “backup-wizard amamac”.")
    assert "“backup-wizard run amamac”" in console.left_at(Walk(NEW, Step.FINISH, Step.FINISH))


async def test_what_is_typed_fast_goes_where_tab_led() -> None:
    async with wizard_at(NEW, Step.SERVER) as pilot:
        for key in ("x", "tab", "9"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: [line.value for line in pilot.app.screen.query(Input)][:3] == ["x", "9", "22"])


def test_a_terminal_that_prints_lines_alone_gets_no_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "is_there", lambda: True)
    for term, sees in (("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", term)
        assert terminal.sees_screens() == sees


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_leaving_while_a_screen_comes_in_is_no_mistake(turns: int, home: Path) -> None:
    (home / "Documents").mkdir()
    async with asyncio.timeout(200), wizard_at(NEW, Step.FOLDERS) as pilot:
        pilot.app.screen.query_one("#forward", Button).press()
        while walk(pilot).step != Step.SERVER:
            await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        pilot.app.exit(0)
    assert pilot.app.return_code == 0
