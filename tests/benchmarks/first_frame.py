"""Starts an app without a terminal and ends at its first full frame: the wizard, or a bare one of the same widgets.

The bare app holds as many widgets of the same library kinds, in the same containers, with no style, no text and no work
of its own: what is left of a ratio above one is what the wizard adds to Textual.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import textual.containers
import textual.widgets
from textual.app import App, ComposeResult

from wizard import starting

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from wizard.walk.steps import Walk

Shape = dict[str, Any]

_WIDGETS = frozenset(vars(textual.widgets)["__all__"])


def shape(widget: Widget) -> Shape:
    """The widget's nearest library kind, and the shapes of what it holds."""
    kinds = (one.__name__ for one in type(widget).__mro__ if one.__module__.startswith("textual."))
    kind = next(name for name in kinds if hasattr(textual.containers, name) or name in _WIDGETS)
    # A library widget makes its own parts.
    own_parts = kind in _WIDGETS and kind != "Static"
    return {"kind": kind, "parts": [] if own_parts else [shape(part) for part in widget.children]}


def bare(one: Shape) -> Widget:
    """A bare widget of that shape."""
    if hasattr(textual.containers, one["kind"]):
        container: Widget = getattr(textual.containers, one["kind"])(*map(bare, one["parts"]))
        return container
    if one["kind"] == "OptionList":
        return textual.widgets.OptionList(*"abcdefghij")
    widget: Widget = getattr(textual.widgets, one["kind"])()
    return widget


class BareApp(App[int]):
    """An app of those widgets and nothing else."""

    def __init__(self, shapes: list[Shape]) -> None:
        super().__init__()
        self._shapes = shapes

    def compose(self) -> ComposeResult:
        """The widgets."""
        yield from map(bare, self._shapes)

    def on_mount(self) -> None:
        """End after the first frame."""
        self.call_after_refresh(self.exit)


def show_first() -> list[Shape]:
    """Show the wizard's first screen of a first backup, and return the shapes of what is on it."""
    starting.begin()
    from screens.steps.welcome.screen import WelcomeScreen
    from wizard.walk import steps

    return _shapes(WelcomeScreen, steps.new())


def show_home() -> list[Shape]:
    """The same of the home screen, with the backups that there are."""
    starting.begin()
    from screens.home.screen import HomeScreen

    return _shapes(HomeScreen, None)


def keep_backups(count: int) -> None:
    """Have that many backups, each backed up once."""
    from datetime import UTC, datetime

    from tests.support.data.profiles import a_profile
    from wizard.running.record import Record
    from wizard.storage import state_files
    from wizard.walk import steps
    from wizard.walk.steps import Step, Walk

    now = datetime.now(UTC)
    for number in range(count):
        profile = a_profile(name=f"backup-{number}")
        steps.record(Walk(profile, Step.FINISH, Step.FINISH))
        place = f"{profile.server.account}:{profile.destination}"
        state_files.save(profile.name, "last-run.json", Record(last=now, last_good=now, place=place))


def _shapes(screen: type[Screen[Any]], walk: Walk | None) -> list[Shape]:
    from screens.app import WizardApp
    from screens.context import Context
    from wizard.client.session import Session

    shapes: list[Shape] = []

    def end(shown: Screen[Any]) -> None:
        shapes.extend(shape(part) for part in shown.children if not part.has_class("-textual-system"))
        shown.app.exit()

    screen.on_screen_resume = lambda shown, _: shown.call_after_refresh(end, shown)  # type: ignore[attr-defined]
    with Session() as session:
        WizardApp(walk, Context(session)).run(headless=True)
    return shapes


if __name__ == "__main__":
    match sys.argv[1]:
        case "first":
            print(json.dumps(show_first()))
        case "home":
            print(json.dumps(show_home()))
        case "keep":
            keep_backups(int(sys.argv[2]))
        case widgets:
            BareApp(json.loads(widgets)).run(headless=True)
