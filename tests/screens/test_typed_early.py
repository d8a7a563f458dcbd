"""What is typed before a screen is complete reaches it, in order."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key, Paste
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, TextArea

from screens.base_app import BaseApp
from screens.dialogs.receipt import ReceiptScreen
from screens.dialogs.save_text import SaveTextScreen
from screens.widgets.choice import Choice
from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.data.receipts import a_receipt
from tests.support.pilot import at, until, wizard_at
from wizard.client.keys import key_options, protected_key
from wizard.profile import Server
from wizard.server import exports
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import App, ComposeResult

    from wizard.client.keys.key_options import KeyOptions
    from wizard.profile import Profile


class Slow(Screen[None]):
    """A screen that isn't complete before it is let."""

    def __init__(self, may: asyncio.Event) -> None:
        super().__init__()
        self._may = may
        self.has_begun = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Input()

    async def on_mount(self) -> None:
        self.has_begun.set()
        await self._may.wait()
        self.query_one(Input).focus()


class SlowDialog(Slow, ModalScreen[None]):
    """The same over another screen."""


class Noting(Input):
    """A line that knows in what order keys came."""

    def on_key(self, event: Key) -> None:
        assert isinstance(self.screen, Looking)
        self.screen.typed.append(event.key)


class Looking(Screen[None]):
    """A screen that still looks at something."""

    def __init__(self) -> None:
        super().__init__()
        self.is_complete = self.takes_keys = False
        self.typed: list[str] = []

    def compose(self) -> ComposeResult:
        yield Noting()


class Quiet(BaseApp):
    """An app that shows nothing until it is asked to."""


def _type(app: App[int], *keys: str) -> None:
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


async def _held(app: App[int], count: int) -> None:
    """Return once so many of the keys and pastes wait for a screen."""
    assert isinstance(app, BaseApp)
    while len(app.typed.kept) < count:
        await asyncio.sleep(0)


async def test_between_two_screens_and_while_the_next_one_is_put_together() -> None:
    app, may = Quiet(), asyncio.Event()
    async with app.run_test() as pilot:
        _type(app, "h", "e")
        await _held(app, 2)
        pushed = app.push_screen(slow := Slow(may))
        _type(app, "l")
        app.post_message(Paste("lo"))
        await slow.has_begun.wait()
        may.set()
        await pushed
        _type(app, "!")
        await until(pilot, lambda: app.screen.query_one(Input).value == "hello!")


async def test_before_a_dialog_is_put_together() -> None:
    app, may, at_once = Quiet(), asyncio.Event(), asyncio.Event()
    at_once.set()
    async with app.run_test() as pilot:
        await app.push_screen(Slow(at_once))
        below = app.screen.query_one(Input)
        pushed = app.push_screen(slow := SlowDialog(may))
        _type(app, *"hello")
        await slow.has_begun.wait()
        may.set()
        await pushed
        await until(pilot, lambda: app.screen.query_one(Input).value == "hello")
        assert not below.value


@pytest.mark.parametrize("steps_down", [0, 1])
async def test_before_it_is_known_what_there_is_to_choose_from(
    monkeypatch: pytest.MonkeyPatch, steps_down: int
) -> None:
    may, look = threading.Event(), key_options.look

    def slow(profile: Profile) -> KeyOptions:
        may.wait()
        return look(profile)

    monkeypatch.setattr(key_options, "look", slow)
    async with wizard_at(a_profile(), Step.KEY) as pilot:
        _type(pilot.app, "home", *["down"] * steps_down)
        await _held(pilot.app, 1 + steps_down)
        assert not pilot.app.screen.query(Choice)
        may.set()
        await until(pilot, lambda: pilot.app.screen.query(Choice))
        choice = pilot.app.screen.query_one(Choice)
        options = range(choice.option_count)
        enabled = [number for number in options if not choice.get_option_at_index(number).disabled]
        await until(pilot, lambda: choice.highlighted == enabled[steps_down])


async def test_before_the_texts_for_the_admin_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    may, context = threading.Event(), exports.context_of

    def slow(*arguments: Any) -> Any:
        may.wait()
        return context(*arguments)

    profile = a_profile(server=Server(host="127.0.0.1", port=1, user="amanda", root="backup"))
    protected_key.ensure(profile)
    monkeypatch.setattr(exports, "context_of", slow)
    async with wizard_at(profile, Step.HAND_OVER) as pilot:
        _type(pilot.app, "s")
        await _held(pilot.app, 1)
        may.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTextScreen))


async def test_escape_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    may = threading.Event()
    monkeypatch.setattr(key_options, "look", lambda _: may.wait())
    async with wizard_at(a_profile(), Step.KEY) as pilot:
        _type(pilot.app, "down", "escape")
        await until(pilot, lambda: at(pilot) not in {Step.KEY, None})
        may.set()


async def test_escape_does_not_overtake_what_was_typed_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.typed_ahead._LONG_WORK_SECONDS", 1000)
    app = Quiet()
    async with app.run_test() as pilot:
        await app.push_screen(screen := Looking())
        await until(pilot, lambda: app.focused)
        _type(app, "a", "escape", "b")
        await _held(app, 3)
        screen.is_complete = screen.takes_keys = True
        await until(pilot, lambda: screen.typed == ["a", "escape", "b"])


async def test_enter_right_behind_a_pasted_receipt_takes_it() -> None:
    kept: list[Profile] = []
    profile = a_profile(server=Server(host="127.0.0.1", port=1, user="amanda", root="backup"))
    async with wizard_at(profile, Step.WELCOME) as pilot:
        pilot.app.push_screen(ReceiptScreen(profile, kept.append))
        await until(pilot, lambda: isinstance(pilot.app.focused, TextArea))
        pilot.app.post_message(Paste(a_receipt(profile, [FINGERPRINT])))
        _type(pilot.app, "enter")
        await until(pilot, lambda: kept)
