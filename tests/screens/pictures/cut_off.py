"""What of a screen's texts can't be read: a label, a button, an option, a key or a title that has too little room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static, Tab
from textual.widgets._footer import FooterKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot


def cut_off(pilot: Pilot[Any]) -> Iterator[str]:
    """What can't be read on the screen, by the widget that shows it."""
    for widget in pilot.app.screen.walk_children(Widget):
        if not any(node.display is False for node in widget.ancestors_with_self):
            yield from (
                f"{type(widget).__name__} #{widget.id}: {text}" for text in (*_lost(widget), *_lost_title(widget))
            )


def _lost(widget: Widget) -> Iterator[str]:
    if isinstance(widget, OptionList):
        if widget.virtual_size.width > widget.scrollable_content_region.width:
            yield "its options are wider than it is"
    elif isinstance(widget, Button):
        if widget.region.width < len(str(widget.label)) or not _is_in_sight(widget):
            yield str(widget.label)
    elif isinstance(widget, FooterKey):
        yield from _lost_from_footer(widget)
    elif isinstance(widget, Input):
        if len(widget.placeholder) > widget.content_size.width:
            yield widget.placeholder
    elif isinstance(widget, Static) and not isinstance(widget, Tab):  # tabs scroll by themselves
        text = str(widget.content)
        width = widget.content_size.width
        height = widget.get_content_height(widget.container_size, widget.container_size, width) if width else 0
        if text.strip() and (not width or height > widget.content_size.height or not _is_in_sight(widget)):
            yield text[:60]


def _lost_title(widget: Widget) -> Iterator[str]:
    border = str(getattr(widget, "border_title", "") or "")
    if border and len(border) + 4 > widget.outer_size.width:
        yield border


def _lost_from_footer(key: FooterKey) -> Iterator[str]:
    """The footer scrolls, but has no bar that would say so."""
    footer = key.parent
    if isinstance(footer, Widget) and not footer.region.contains_region(key.region):
        yield key.description


def _is_in_sight(widget: Widget) -> bool:
    """Whether it is within all that holds it, or can be scrolled to."""
    region = widget.region
    for around in widget.ancestors:
        if not hasattr(around, "region"):
            break
        if getattr(around, "is_scrollable", False) and around.styles.overflow_y in {"auto", "scroll"}:
            return True
        if not around.region.contains_region(region):
            return False
    return True
