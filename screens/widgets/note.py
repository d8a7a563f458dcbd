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
        self.say(sentence, tone)

    def say(self, sentence: str, tone: Tone = "plain") -> None:
        """Show another sentence."""
        self.sentence = sentence
        self.set_classes(f"note {tone}")
        self.display = bool(sentence)
        self.update(f"{_SIGNS[tone]}{sentence}" if sentence else "")
