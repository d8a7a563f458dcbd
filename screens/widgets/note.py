"""One sentence of news with a sign in front, so that colour is never its only meaning."""

from __future__ import annotations

from typing import Literal

from textual.widgets import Static

Tone = Literal["plain", "busy", "good", "warn", "bad"]

_SIGNS: dict[Tone, str] = {"plain": "", "busy": "… ", "good": "✓ ", "warn": "! ", "bad": "✗ "}


class Note(Static):
    """A sentence that can change; an empty one takes no room."""

    def __init__(self, sentence: str = "", tone: Tone = "plain", *, id: str | None = None) -> None:
        super().__init__("", id=id, classes="note", markup=False)
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
        self.display = bool(sentence)
        self.update(f"{_SIGNS[tone]}{sentence}" if sentence else "")

    def go_on(self, sentence: str) -> None:
        """Show how far the same thing is by now, in the room that it has: nothing else is laid out anew."""
        self.sentence = sentence
        self._shown = None
        self.update(f"{_SIGNS['busy']}{sentence}", layout=False)
