"""A screen's classes of width and height."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


def fit(screen: Screen[Any]) -> None:
    """Give a new screen its classes; Textual would lay it out without them first, and show that for a moment."""
    breakpoints = (screen.HORIZONTAL_BREAKPOINTS or [], screen.VERTICAL_BREAKPOINTS or [])
    for length, classes in zip(screen.app.size, breakpoints, strict=True):
        fitting = [name for least, name in sorted(classes) if length >= least][-1:]
        screen.add_class(*fitting)
