"""The list of a practice run's entries, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from screens import tally
from screens.tally import Group
from screens.widgets.entry_list import EntryList

if TYPE_CHECKING:
    import pytest
    from textual.app import ComposeResult

WIDTH = 30


class Shown(App[None]):
    """The list alone."""

    CSS = "EntryList { scrollbar-size: 0 0; }"

    def compose(self) -> ComposeResult:
        yield EntryList(id="entries")


def _lines(app: Shown) -> list[str]:
    entries = app.query_one(EntryList)
    return [entries.render_line(y).text.rstrip() for y in range(entries.size.height)]


def _group(*texts: str, size: int | None = None) -> Group:
    group = Group("Nothing is new.")
    for text in texts:
        group.add(text, size)
    return group


async def test_sizes_stand_before_the_names_and_a_long_name_is_cut() -> None:
    async with Shown().run_test(size=(WIDTH, 4)) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        group = _group("short", "a name of more than it can show", size=1234)
        group.add("folder/")
        app.query_one(EntryList).show(group, is_whole=True)
        await pilot.pause()
        assert _lines(app) == ["   1.2 kB  short", "   1.2 kB  a name of more tha…", "           folder/", ""]
        await pilot.press("tab", *["right"] * 12)
        await pilot.pause()
        assert _lines(app)[1].endswith("it can show")


async def test_wide_signs_are_cut_by_the_room_they_take() -> None:
    async with Shown().run_test(size=(WIDTH, 2)) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.query_one(EntryList).show(_group("日本" * 20), is_whole=True)
        await pilot.pause()
        line = app.query_one(EntryList).render_line(0)
        assert line.cell_length == WIDTH
        assert line.text.endswith("…")


async def test_only_a_list_that_is_whole_is_told_to_be_empty() -> None:
    async with Shown().run_test(size=(WIDTH, 2)) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        entries = app.query_one(EntryList)
        entries.show(_group(), is_whole=False)
        assert _lines(app) == ["", ""]
        entries.grow(is_whole=True)
        assert _lines(app) == ["Nothing is new.", ""]


async def test_what_was_not_kept_is_counted_on_the_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_KEPT", 2)
    async with Shown().run_test(size=(WIDTH * 2, 4)) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.query_one(EntryList).show(_group(*"abcde"), is_whole=True)
        assert _lines(app)[:3] == ["a", "b", "… and 3 more, which are not kept in this list"]
