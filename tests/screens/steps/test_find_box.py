"""The line that narrows a list down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from screens.widgets.listing.searched_list import FindBox
from tests.support.pilot import text, until

if TYPE_CHECKING:
    from textual.app import ComposeResult

LONG = "a name much longer than the line"


class FindApp(App[int]):
    def compose(self) -> ComposeResult:
        yield FindBox(compact=True)


async def test_a_text_longer_than_the_line_is_shown_where_the_cursor_is() -> None:
    async with FindApp().run_test(size=(20, 3)) as pilot:
        pilot.app.query_one(FindBox).value = LONG[:-1]
        await pilot.press("end", LONG[-1])
        await until(pilot, lambda: "than the line" in text(pilot))
        await pilot.press("home")
        await until(pilot, lambda: "a name much" in text(pilot))
