"""The keys at the bottom: new where they change, and left alone where they are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets._footer import FooterKey

from screens.widgets.footer import Keys
from tests.support.pilot import arrived, until, wizard_at
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def test_the_cursor_moves_and_the_keys_stay() -> None:
    async with wizard_at(Profile(name="amamac"), Step.SERVER) as pilot:
        await arrived(pilot, Step.SERVER)
        footer = pilot.app.screen.query_one(Keys)
        await until(pilot, lambda: footer.children)
        before = list(footer.children)
        focused = pilot.app.focused
        await pilot.press("tab")
        await until(pilot, lambda: pilot.app.focused is not focused)
        assert list(footer.children) == before


async def test_keys_that_count_elsewhere_are_shown_there() -> None:
    async with wizard_at(Profile(name="amamac"), Step.FOLDERS) as pilot:
        await arrived(pilot, Step.FOLDERS)
        await until(pilot, lambda: "Hidden" in shown(pilot))
        await pilot.press("f2")
        await until(pilot, lambda: "Folders" in shown(pilot) and "Hidden" not in shown(pilot))


def shown(pilot: Pilot[int]) -> list[str]:
    return [key.description for key in pilot.app.screen.query(FooterKey)]
