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
    from textual.widget import Widget

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


def show_wizard() -> list[Shape]:
    """Show the wizard's first screen, and return the shapes of what is on it."""
    starting.begin()
    from screens.app import WizardApp
    from screens.context import Context
    from screens.steps.welcome.screen import WelcomeScreen
    from wizard.client.session import Session
    from wizard.walk import steps

    shapes: list[Shape] = []

    def end(screen: WelcomeScreen) -> None:
        shapes.extend(shape(part) for part in screen.children if not part.has_class("-textual-system"))
        screen.app.exit()

    WelcomeScreen.on_screen_resume = lambda screen, _: screen.call_after_refresh(end, screen)  # type: ignore[method-assign, assignment]
    with Session() as session:
        WizardApp(steps.new(), Context(session)).run(headless=True)
    return shapes


if __name__ == "__main__":
    if sys.argv[1] == "wizard":
        print(json.dumps(show_wizard()))
    else:
        BareApp(json.loads(sys.argv[1])).run(headless=True)
