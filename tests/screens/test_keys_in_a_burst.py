"""Keys typed without a pause act where they would have acted typed slowly, in whatever order widgets get to them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from textual.events import Key
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from screens import typed_ahead
from screens.base_app import BaseApp
from screens.typed_ahead import TypedAhead
from tests.support.pilot import until

if TYPE_CHECKING:
    from textual.app import App, ComposeResult
    from textual.binding import BindingType


class Behind(Message):
    """Comes to the app behind all that a widget has let go."""


class Gate(Static, can_focus=True):
    """A widget that deals with a key when it is let: Space is noted, and some lead to the line below."""

    BINDINGS: ClassVar[list[BindingType]] = [("space", "note"), ("f2,s,ctrl+t", "screen.focus('Input')")]

    def __init__(self) -> None:
        super().__init__()
        self.may, self.came, self.noted = asyncio.Semaphore(0), 0, 0

    async def on_key(self) -> None:
        self.came += 1
        await self.may.acquire()

    def open(self) -> None:
        """Deal with whatever comes."""
        for _ in range(10):
            self.may.release()

    def action_note(self) -> None:
        self.noted += 1


class Gated(Screen[None]):
    """A gate and a line."""

    def compose(self) -> ComposeResult:
        yield Gate()
        yield Input()


class Quiet(BaseApp):
    """An app that knows when it has dealt with all that came by now."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Event()

    def on_behind(self) -> None:
        self._came.set()

    async def catch_up(self) -> None:
        """Deal with all that was typed, and with all that the gate has let go."""
        self._came.clear()
        self.screen.post_message(Behind())
        await self._came.wait()


def _type(app: App[Any], *keys: str) -> None:
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else " " if key == "space" else None))


def _kept(app: BaseApp) -> list[str]:
    """The keys that wait for those before them."""
    return [event.key for event in app.typed.kept if isinstance(event, Key)]


async def test_a_key_acts_where_it_was_typed_and_not_where_tab_leads() -> None:
    app = Quiet()
    async with app.run_test() as pilot:
        await app.push_screen(Gated())
        gate, line = app.screen.query_one(Gate), app.screen.query_one(Input)
        await until(pilot, lambda: app.focused is gate)
        _type(app, "space", "tab", "x")
        await app.catch_up()
        gate.open()
        await until(pilot, lambda: line.value == "x")
        assert gate.noted == 1


@pytest.mark.parametrize("key", ["f2", "s", "ctrl+t", "tab"])
async def test_what_is_typed_behind_a_key_waits_for_where_that_leads(key: str) -> None:
    app = Quiet()
    async with app.run_test() as pilot:
        await app.push_screen(Gated())
        gate, line = app.screen.query_one(Gate), app.screen.query_one(Input)
        await until(pilot, lambda: app.focused is gate)
        _type(app, key, "x", "left", "y")
        await app.catch_up()
        kept = _kept(app)
        gate.open()
        assert kept == ["x", "left", "y"]
        await until(pilot, lambda: line.value == "yx")


async def test_what_follows_an_earlier_key_says_nothing_of_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TypedAhead.follow, "__defaults__", (1,))
    monkeypatch.setattr(typed_ahead, "_MOST_SECONDS_TO_SETTLE", 0)  # nobody waits for the first one's end
    app = Quiet()
    async with app.run_test() as pilot:
        await app.push_screen(Gated())
        gate, line = app.screen.query_one(Gate), app.screen.query_one(Input)
        await until(pilot, lambda: app.focused is gate)
        _type(app, "space")
        await app.catch_up()
        monkeypatch.setattr(typed_ahead, "_MOST_SECONDS_TO_SETTLE", 1000)
        _type(app, "f2", "x")
        await app.catch_up()
        gate.may.release()
        while gate.came < len(["space", "f2"]):  # so that it has let go what followed Space
            await asyncio.sleep(0)
        await app.catch_up()
        kept, is_due = _kept(app), app.typed.is_next_due
        gate.open()
        assert (kept, is_due) == (["x"], False)
        await until(pilot, lambda: line.value == "x")


async def test_the_next_key_waits_as_much_longer_as_the_computer_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = 0.0, 0

    def monotonic() -> float:
        nonlocal looks
        looks += 1
        return now

    monkeypatch.setattr(typed_ahead, "time", SimpleNamespace(monotonic=monotonic))
    app = Quiet()
    async with app.run_test() as pilot:
        await app.push_screen(Gated())
        gate, line = app.screen.query_one(Gate), app.screen.query_one(Input)
        await until(pilot, lambda: app.focused is gate)
        _type(app, "f2", "x")
        await app.catch_up()
        now, looks = 1000.0, 0
        while looks < 10 and _kept(app):  # so that it was seen by now whether the next key is due
            await asyncio.sleep(0)
        await app.catch_up()
        kept = _kept(app)
        gate.open()
        assert kept == ["x"]
        await until(pilot, lambda: line.value == "x")


class Opening(Screen[None]):
    """A screen on which a key is typed between its coming up and the cursor's coming to its line."""

    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Input()

    async def on_mount(self) -> None:
        self.app.call_later(self._come_up)
        _type(self.app, "x")
        self.query_one(Input).focus()  # by a message behind those two

    async def _come_up(self) -> None:
        while not self.is_mounted:
            await asyncio.sleep(0)


async def test_what_is_typed_as_a_screen_comes_up_waits_for_the_cursor() -> None:
    app = Quiet()
    async with app.run_test() as pilot:
        app.push_screen(Opening())
        await until(pilot, lambda: app.focused)
        await until(pilot, lambda: app.screen.query_one(Input).value == "x")
