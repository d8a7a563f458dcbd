"""In a language that is 35 % longer than English, nothing is cut off at 80×24, and nothing is English."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Button, Label

from screens.widgets.footer import Keys
from tests.screens.pictures.cut_off import cut_off
from tests.screens.pictures.untranslated import untranslated
from tests.support.pilot import until
from wizard.walk.descriptions import finish

if TYPE_CHECKING:
    from textual.app import ComposeResult

_CHECKOUT = Path(__file__).parents[3]


def test_nothing_is_cut_off_or_english_on_any_screen_or_dialog() -> None:
    argv = [sys.executable, "-m", "tests.screens.pictures.pseudo_walk"]
    walked = subprocess.run(argv, cwd=_CHECKOUT, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True)
    assert walked.returncode == 0, walked.stderr.decode()
    found, classes = json.loads(walked.stdout)
    assert found
    assert {screen: lost for screen, lost in found.items() if lost} == {}
    sources = [path.read_text("utf-8") for path in (_CHECKOUT / "screens").rglob("*.py")]
    dialogs = {name for source in sources for name in re.findall(r"^class (\w+)\(ModalScreen", source, re.MULTILINE)}
    assert dialogs - {*classes} == {"TooSmallScreen"}  # which no window of this size shows


class Cutting(App[int]):
    """An app in which much is cut off."""

    CSS = (
        "#low { height: 1; width: 10; } #wide { width: 30; } #beside { width: 60; } #short { width: 4; min-width: 4; }"
    )

    BINDINGS: ClassVar = [
        Binding("f1", "help", "Help"),
        Binding("f2", "more", "What the footer has room for in the middle of its line"),
        Binding("f3", "save", "beyond the edge of the window"),
    ]

    def compose(self) -> ComposeResult:
        yield Label("Two lines are too many for this", id="low")
        yield Button("Too long", id="short")
        with Horizontal():
            yield Label("at the left", id="beside")
            yield Label("beyond the edge of the window", id="wide")
        yield Keys()


async def test_what_is_cut_off_is_noticed() -> None:
    async with Cutting().run_test(size=(80, 24)) as pilot:
        lost = {"Label #low", "Button #short", "Label #wide", "FooterKey #None"}
        await until(pilot, lambda: {line.split(":")[0] for line in cut_off(pilot)} == lost)


class English(App[int]):
    """An app in which some texts are as the code has them."""

    BINDINGS: ClassVar = [Binding("f1", "help", "Help"), Binding("f2", "show", "Hélp ë")]

    def compose(self) -> ComposeResult:
        yield Label(f"Well: {finish.RUN_THESE}", id="part")
        yield Button(finish.BACKUPS, id="label")
        yield Label("/home/amanda", id="data")
        yield Keys()


async def test_what_is_still_english_is_noticed() -> None:
    async with English().run_test(size=(80, 24)) as pilot:
        told = {"Label #part", "Button #label", "FooterKey #None"}
        await until(pilot, lambda: {line.split(":")[0] for line in untranslated(pilot)} == told)
