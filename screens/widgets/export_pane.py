"""The server's text, a tab a format, to be copied, saved, or shown on the bare terminal."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static, Tab, Tabs

from screens.save_text import SaveTextScreen
from screens.widgets.note import Note
from wizard import places
from wizard.display import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.app import ComposeResult

    from wizard.server.exports import Format

_COLOURS = (
    (re.compile(r"^#.*$", re.MULTILINE), "ansi_bright_black"),
    (re.compile(r"^\S.*(?= (?:ssh|ecdsa|sk)-\S+ AAAA)", re.MULTILINE), "ansi_cyan"),
    (re.compile(r"\b(?:ssh|ecdsa|sk)-\S+ AAAA\S+"), "ansi_green"),
    (re.compile(r"^(?:install|ssh-keygen) -.*$", re.MULTILINE), "ansi_cyan"),
)


class ExportPane(Vertical):
    """One backup's text in every format it is given in."""

    def __init__(self, name: str, texts: Mapping[Format, str]) -> None:
        super().__init__()
        self._name = name
        self._texts = {format.name: (format, text) for format, text in texts.items()}

    def compose(self) -> ComposeResult:
        """The tabs, the text, and what can be done with it."""
        yield Tabs(*(Tab(format.title, id=name) for name, (format, _) in self._texts.items()))
        with VerticalScroll(id="export-page", classes="scrolls"):
            yield Static(id="export-text")
        with Horizontal(id="export-actions"):
            yield Button("Copy", id="copy", variant="primary", compact=True)
            yield Button("Save…", id="save", compact=True)
            yield Button("Plain", id="plain", compact=True)
        yield Note(id="export-news")

    @property
    def text(self) -> str:
        """The text under the tab that is shown, exactly."""
        return self._texts[self._shown][1]

    @property
    def _shown(self) -> str:
        return self.query_one(Tabs).active or next(iter(self._texts))

    def turn(self, direction: int) -> None:
        """Show the next format, or the one before."""
        tabs = self.query_one(Tabs)
        (tabs.action_next_tab if direction > 0 else tabs.action_previous_tab)()

    @on(Tabs.TabActivated)
    def _show(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self.query_one("#export-text", Static).update(coloured(self.text))
        self.query_one("#export-page").scroll_home(animate=False)
        self.query_one("#export-news", Note).say("")

    @on(Button.Pressed, "#copy")
    def copy(self) -> None:
        """Send the text to the terminal's clipboard, which gives no answer."""
        self.app.copy_to_clipboard(self.text)
        self._tell(
            "Sent to the terminal's clipboard; if pasting brings nothing, save it, or select it in the plain view."
        )

    @on(Button.Pressed, "#save")
    def save(self) -> None:
        """Ask where the text is to be saved."""
        default = f"~/backup-wizard-{self._name}-{self._shown}.txt"
        self.app.push_screen(SaveTextScreen(self.text, default), self._saved)

    @on(Button.Pressed, "#plain")
    def plain(self) -> None:
        """Show the text on the bare terminal, where its own mouse selects it with nothing in the way."""
        try:
            with self.app.suspend():
                # Blank lines, so that nothing that stood on the terminal before is taken along.
                sys.stdout.write(f"\n\n{printable(self.text, keep_lines=True)}\n\nPress Enter to go on. ")
                sys.stdout.flush()
                sys.stdin.readline()
        except SuspendNotSupported:
            self._tell("This terminal has no plain view: save the text instead.", good=False)

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self._tell(f"Saved as {printable(places.shown(path))}.")

    def _tell(self, sentence: str, *, good: bool = True) -> None:
        self.query_one("#export-news", Note).say(sentence, "good" if good else "warn")


def coloured(text: str) -> Content:
    """The text with its comments, options and keys told apart."""
    content = Content(printable(text, keep_lines=True))
    for pattern, style in _COLOURS:
        for found in pattern.finditer(content.plain):
            content = content.stylize(style, *found.span())
    return content
