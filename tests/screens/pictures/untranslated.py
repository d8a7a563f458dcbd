"""What of a screen's texts is in English although another language is in use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets._footer import FooterKey

from tests.support.data.marked_texts import FILES, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot


def untranslated(pilot: Pilot[Any]) -> Iterator[str]:
    """Each message that a widget shows as the code has it: it was made before the language was chosen, or by no `_`."""
    messages = _messages()
    sentences = [text for text in messages if text.count(" ") > 2]
    for widget in pilot.app.screen.walk_children(Widget):
        for text in _texts(widget):
            if text in messages or any(one in text for one in sentences):
                yield f"{type(widget).__name__} #{widget.id}: {text[:60]}"


@cache
def _messages() -> frozenset[str]:
    return frozenset(text for file in FILES for text in marked(file))


def _texts(widget: Widget) -> Iterator[str]:
    if isinstance(widget, Button):
        yield str(widget.label)
    elif isinstance(widget, FooterKey):
        yield widget.description
    elif isinstance(widget, Input):
        yield widget.placeholder
    elif isinstance(widget, OptionList):
        yield from (str(option.prompt) for option in widget.options)
    elif isinstance(widget, Static):
        yield str(widget.content)
    yield str(getattr(widget, "border_title", "") or "")
