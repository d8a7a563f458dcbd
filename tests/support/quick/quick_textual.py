"""Textual, spared what it would do again for each of the hundreds of apps that tests start, to the same effect."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen

from screens.base_app import BaseApp

if TYPE_CHECKING:
    from textual.css.types import CSSLocation
    from textual.message_pump import MessagePump

_TURN_SECONDS = 0.001
_display = App._display
_paint = Screen._compositor_refresh
_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    asked = (css, read_from, is_default_rules, tie_breaker, scope)
    key = (*asked, *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, *asked)
    return _parsed[key]


async def _wait_for_widgets(pilot: Pilot[object], timeout: float = 0) -> bool:
    """Wait until all that is shown has dealt with its messages; what is removed meanwhile never does, nor has to."""
    app = pilot.app
    while isinstance(app, BaseApp) and app.typed.is_busy and not (app._exit or app._exception):
        await asyncio.sleep(_TURN_SECONDS)
    waiting: set[MessagePump] = set()
    for widget in [app, *app.screen.walk_children(with_self=True)] if app._screen_stack else []:
        if widget.call_later(lambda widget=widget: waiting.discard(widget)):
            waiting.add(widget)
    while any(widget.is_running for widget in waiting) and not app._exception:
        await asyncio.sleep(_TURN_SECONDS)
    return not app._exception


def _paint_if_seen(screen: Screen[object]) -> None:
    """Paint for a terminal, or for who watches; what goes to none is painted when a test looks."""
    app = screen.app
    is_seen = not app.is_headless or app.is_inline or type(app)._display is not _display
    if is_seen or screen is not app.screen:
        _paint(screen)
    else:
        screen._compositor._dirty_regions.clear()
        screen._dirty_widgets.clear()
        app._update_mouse_over(screen)


def hasten() -> None:
    """Share parsed styles among apps, compare rules by identity, paint what is looked at, and wait without a limit."""
    Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign, assignment]
    Screen._compositor_refresh = _paint_if_seen  # type: ignore[method-assign, assignment]
    Pilot._wait_for_screen = _wait_for_widgets  # type: ignore[method-assign, assignment]
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
