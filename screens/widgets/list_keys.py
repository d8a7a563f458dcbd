"""The keys of a list without a cursor: the screen's own, as wherever else the cursor is."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from wizard.text.language import _

LIST_KEYS: list[BindingType] = [
    Binding("enter", "screen.forward", _("Continue"), show=False),
    Binding("left", "screen.turn(-1)", show=False),
    Binding("right", "screen.turn(1)", show=False),
    Binding("up", "screen.scroll_page(-1)", show=False),
    Binding("down", "screen.scroll_page(1)", show=False),
    Binding("pageup", "screen.scroll_page(-8)", show=False),
    Binding("pagedown", "screen.scroll_page(8)", show=False),
]
