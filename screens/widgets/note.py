"""One sentence of news with a sign in front, so that colour is never its only meaning; the sign alone is coloured."""

from __future__ import annotations

from typing import Literal

from textual.content import Content
from textual.widgets import Static

Tone = Literal["plain", "busy", "good", "warn", "bad"]

_SIGNS: dict[Tone, tuple[str, str]] = {
    "plain": ("", ""),
    "busy": ("… ", "bold ansi_cyan"),
    "good": ("✓ ", "bold ansi_green"),
    "warn": ("! ", "bold ansi_yellow"),
    "bad": ("✗ ", "bold ansi_bright_red"),
}


class Note(Static):
    """A sentence that can change; an empty one takes no room, unless it is one that `keeps_room`, as its style says."""

    def __init__(
        self, sentence: str = "", tone: Tone = "plain", *, id: str | None = None, keeps_room: bool = False
    ) -> None:
        super().__init__("", id=id, classes="note", markup=False)
        self._keeps_room = keeps_room
        self.sentence = ""
        self._shown: tuple[str, Tone] | None = None
        self.say(sentence, tone)

    def say(self, sentence: str, tone: Tone = "plain") -> None:
        """Show another sentence; the same once more costs nothing."""
        if self._shown == (sentence, tone):
            return
        self._shown = (sentence, tone)
        self.sentence = sentence
        self.set_classes(f"note {tone}")
        self.display = bool(sentence) or self._keeps_room
        self.update(_marked(sentence, tone) if sentence else "", layout=not self._keeps_room)

    def go_on(self, sentence: str) -> None:
        """Show how far the same thing is by now, in the room that it has: nothing else is laid out anew."""
        self.sentence = sentence
        self._shown = None
        self.update(_marked(sentence, "busy"), layout=False)


def _marked(sentence: str, tone: Tone) -> Content:
    return Content.assemble(_SIGNS[tone], sentence)
