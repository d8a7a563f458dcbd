"""A second key press on a dialog's way out is dropped: it never takes away what is below."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input, Label

from screens.admin.open_requests import OpenRequestsScreen
from screens.base_app import BaseApp
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.explanation import ExplanationScreen
from screens.dialogs.passphrase import PassphraseScreen
from screens.dialogs.receipt import ReceiptScreen
from screens.dialogs.save_text import SaveTextScreen
from screens.dialogs.trouble_screen import TroubleScreen
from screens.steps.key.choose_key import ChooseKeyScreen
from screens.steps.key.new_passphrase import NewPassphraseScreen
from screens.steps.key.open_key import OpenKeyScreen
from tests.support.data.profiles import a_profile
from tests.support.pilot import until
from wizard import trouble
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Key as KeySettings
from wizard.walk.description import Alternative, OneOf
from wizard.walk.descriptions import key

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from textual.app import ComposeResult

SCREENS = Path(__file__).parents[2] / "screens"
PASSPHRASE = "a long passphrase"
DIALOGS: dict[str, Callable[[], Screen[Any]]] = {
    "open requests": OpenRequestsScreen,
    "confirm": lambda: ConfirmScreen("Is this meant?", "Nothing is lost.", yes="Yes", no="No"),
    "explanation": lambda: ExplanationScreen("What?", "This."),
    "passphrase": lambda: PassphraseScreen(_with_a_key()),
    "receipt": lambda: ReceiptScreen(a_profile(), lambda _: None),
    "save": lambda: SaveTextScreen("text", "~/text.txt"),
    "trouble": lambda: TroubleScreen(trouble.explain(Failure(Kind.CRASHED))),
    "choose key": lambda: ChooseKeyScreen(OneOf(id="own-key", label="", alternatives=(Alternative("a", "A"),))),
    "new passphrase": lambda: NewPassphraseScreen(key.new_passphrase()),
    "open key": lambda: OpenKeyScreen(key.passphrase(a_profile().key_path), key.keep("GNOME Keyring")),
}


class Below(Screen[None]):
    """What a dialog is over."""

    def compose(self) -> ComposeResult:
        yield Label("below")


class OverBelow(BaseApp):
    """Has one screen."""

    def on_mount(self) -> None:
        self.push_screen(Below())


@pytest.mark.parametrize("name", DIALOGS)
async def test_by_two_escapes(name: str) -> None:
    assert await _left_by(DIALOGS[name](), "escape", "escape")


@pytest.mark.parametrize(("name", "typed"), [("passphrase", PASSPHRASE), ("open requests", "~"), ("explanation", "")])
async def test_by_two_enters(name: str, typed: str, home: Path) -> None:
    assert await _left_by(DIALOGS[name](), "enter", "enter", typed=typed)


def test_wherever_a_dialog_is_dismissed_it_is_asked_whether_it_is_still_there() -> None:
    careless = []
    for file in SCREENS.rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                named = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
                if "dismiss" in named and not named & {"is_current", "_is_over"}:
                    careless.append(f"{file.name}: {function.name}")
        assert not re.search(r'Binding\("[^"]+", "dismiss"', file.read_text("utf-8")), file
    assert careless == []


async def _left_by(dialog: Screen[Any], *keys: str, typed: str = "") -> bool:
    """Whether what is below is still there after these keys, and whether the dialog answered once alone."""
    answers: list[object] = []
    app = OverBelow()
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, Below))
        await app.push_screen(dialog, answers.append)
        await until(pilot, lambda: app.focused is not None)
        if typed:
            dialog.query_one(Input).value = typed
        assert app.focused
        for one in keys:  # both are on their way to the dialog by the time it is left
            app.focused._forward_event(Key(one, None))
        await until(pilot, lambda: not isinstance(app.screen, type(dialog)))
        await pilot.pause()
        return isinstance(app.screen, Below) and len(answers) == 1


def _with_a_key() -> Any:
    profile = a_profile(key=KeySettings(protection="ask", file="~/.ssh/backup-wizard-amamac"))
    if not profile.key_path.exists():
        key_files.make(profile.key_path, "amanda@pc", Secret(PASSPHRASE))
    return profile
