"""How the screens use the room that they have, and what tells things apart where there are no colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Button, OptionList

from screens.widgets.rail import Rail
from tests.support.data.profiles import a_profile
from tests.support.pilot import arrived, text, until, wizard_at
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

NEW = Profile(name="amamac")


async def test_a_button_is_as_wide_as_what_it_says_by_now(home: Path) -> None:
    (home / "Documents").mkdir()
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await arrived(pilot, Step.FOLDERS)
        await pilot.press("f2")
        turn = pilot.app.screen.query_one("#turn", Button)
        await until(pilot, lambda: str(turn.label) == "Folders")
        await until(pilot, lambda: turn.content_size.width >= len(" Folders "))


async def test_the_rail_says_what_was_decided_where_there_is_room() -> None:
    profile = a_profile(folders=("/home/amanda/Letters",))
    async with wizard_at(profile, Step.SERVER, size=(120, 40), reached=Step.SCHEME) as pilot:
        await arrived(pilot, Step.SERVER)
        assert "/home/amanda/Letters" in text(pilot)
        assert "one folder only" not in text(pilot)  # that is still to be decided
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "/home/amanda/Letters" not in text(pilot))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "/home/amanda/Letters" in text(pilot))


async def test_of_a_first_backup_nothing_was_decided_yet() -> None:
    async with wizard_at(NEW, Step.WELCOME, size=(120, 40)) as pilot:
        await arrived(pilot, Step.WELCOME)
        rail = pilot.app.screen.query_one(Rail)
        assert {line.plain.strip() for option in rail.options for line in option.prompt.split("\n")[1:]} == {""}  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_the_buttons_are_right_below_what_they_act_on(size: tuple[int, int]) -> None:
    async with wizard_at(NEW, Step.SERVER, size=size) as pilot:
        await arrived(pilot, Step.SERVER)
        assert _rows_between(pilot) <= 3


async def test_the_buttons_stay_in_sight_below_what_is_too_long() -> None:
    folders = tuple(f"/home/amanda/a folder with a long name, number {number}" for number in range(5))
    profile = msgspec.structs.replace(a_profile(), folders=folders, exclude=folders)
    async with wizard_at(profile, Step.FINISH) as pilot:
        await arrived(pilot, Step.FINISH)
        page, buttons = pilot.app.screen.query_one("#page"), pilot.app.screen.query_one("#buttons")
        assert pilot.app.screen.query_one("#content").max_scroll_y > 0
        assert page.content_region.contains_region(buttons.region)


async def test_without_colours_the_cursor_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with wizard_at(a_profile(), Step.SCHEME) as pilot:
        await arrived(pilot, Step.SCHEME)
        await until(pilot, lambda: pilot.app.screen.query_one("#way", OptionList).highlighted is not None)
        assert any("A key for one folder only" in line for line in _reversed(pilot))
        pilot.app.screen.query_one("#forward").focus()
        await until(pilot, lambda: any("Continue" in line for line in _reversed(pilot)))


def _rows_between(pilot: Pilot[int]) -> int:
    lowest = max(line.region.bottom for line in pilot.app.screen.query("#content Input"))
    return pilot.app.screen.query_one("#forward").region.y - lowest


def _reversed(pilot: Pilot[int]) -> list[str]:
    lines = pilot.app.screen._compositor.render_strips()
    return ["".join(part.text for part in line if part.style and part.style.reverse) for line in lines]
