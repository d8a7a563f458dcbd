"""The server's text, a tab a format, to be copied, saved, or shown on the bare terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual import on
from textual.app import SuspendNotSupported
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static, Tab, Tabs

from screens.dialogs.save_text import SaveTextScreen
from screens.widgets.note import Note
from screens.work import Begin
from wizard import trouble
from wizard.client.keys.secrets import Secret
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from screens.widgets.exports.sheet import Sheet

_IS_HIDDEN = N_("The password is hidden. “Show” (v) reveals it.")
_HIDDEN = N_("The password is hidden. Choose “Show” first, or save the text.")
_ERASE_LINE_ABOVE = "\x1b[A\x1b[2K"
_WARNING = N_("The file will contain a password. Only you can read it (mode 0600). Keep it that way.")


class ExportPane(Vertical):
    """The server's text in every format it is given in; one that holds a secret hides it until it is revealed."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        super().__init__()
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self._revealed: Secret | None = None

    def compose(self) -> ComposeResult:
        """The tabs, the text, and what can be done with it."""
        yield Tabs(*(Tab(sheet.title, id=name) for name, sheet in self._sheets.items()))
        with VerticalScroll(id="export-page", classes="scrolls"):
            yield Static(id="export-text")
        with Horizontal(id="export-actions"):
            yield Button(_("Copy"), id="copy", variant="primary", compact=True)
            yield Button(_("Save…"), id="save", compact=True)
            yield Button(_("Plain"), id="plain", compact=True)
            yield Button(_("Show"), id="reveal", compact=True)
        yield Note(id="export-news")

    @property
    def holds_secret(self) -> bool:
        """Whether there is a secret in the text under the tab that is shown."""
        return self._sheet.masked is not None

    @property
    def _sheet(self) -> Sheet:
        return self._sheets[self.query_one(Tabs).active or next(iter(self._sheets))]

    @property
    def _text(self) -> str:
        if self._revealed is not None:
            return self._revealed.reveal()
        return (self._sheet.masked or self._sheet.render)()

    def turn(self, direction: int) -> None:
        """Show the next format, or the one before."""
        tabs = self.query_one(Tabs)
        (tabs.action_next_tab if direction > 0 else tabs.action_previous_tab)()

    @on(Tabs.TabActivated)
    def _turned(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._revealed = None
        self._show()
        self.query_one("#export-page").scroll_home(animate=False)

    @on(Button.Pressed, "#reveal")
    def reveal(self) -> None:
        """Show the secret in the text, or hide it again."""
        if self._is_hidden:
            Begin(self, "secret", only=True)(self._reveal)
        elif self.holds_secret:
            self._revealed = None
            self._show()

    @on(Button.Pressed, "#copy")
    def copy(self) -> None:
        """Send the text to the terminal's clipboard, which gives no answer."""
        if self._is_hidden:
            self._tell(_(_HIDDEN), good=False)
            return
        self.app.copy_to_clipboard(self._text)
        self._tell(
            _("Sent to the terminal's clipboard. If Paste doesn't work, save it or select it in the plain view.")
        )

    @on(Button.Pressed, "#save")
    def save(self) -> None:
        """Ask where the text is to be saved, a secret in it included."""
        Begin(self, "secret", only=True)(self._save)

    @on(Button.Pressed, "#plain")
    def plain(self) -> None:
        """Show the text on the bare terminal, where its own mouse selects it with nothing in the way."""
        if self._is_hidden:
            self._tell(_(_HIDDEN), good=False)
            return
        try:
            with self.app.suspend():
                # Blank lines, so that nothing that stood on the terminal before is taken along.
                prompt = _("Press Enter to continue.")
                sys.stdout.write(f"\n\n{printable(self._text, keep_lines=True)}\n\n{prompt} ")
                sys.stdout.flush()
                sys.stdin.readline()
                sys.stdout.write(_ERASE_LINE_ABOVE)  # what is left on the terminal is the text alone
        except SuspendNotSupported:
            self._tell(_("This terminal has no plain view. Save the text instead."), good=False)

    @property
    def _is_hidden(self) -> bool:
        return self.holds_secret and self._revealed is None

    async def _reveal(self) -> None:
        sheet = self._sheet
        text = await self._whole(sheet)
        if text is not None and self.is_attached and sheet is self._sheet:
            self._revealed = Secret(text)
            self._show()

    async def _save(self) -> None:
        sheet = self._sheet
        text = await self._whole(sheet)
        if text is not None and self.is_attached:
            warning = _(_WARNING) if sheet.masked else ""
            self.app.push_screen(SaveTextScreen(text, f"~/{sheet.file_name}", warning), self._saved)

    async def _whole(self, sheet: Sheet) -> str | None:
        """The text with its secret, for which a keyring may ask its owner for as long as it likes."""
        if sheet.masked is None:
            return sheet.render()
        try:
            return await in_background(sheet.render)
        except Failure as failure:
            if self.is_attached:
                self._tell(trouble.explain(failure).sentence, good=False)
            return None

    def _show(self) -> None:
        self.query_one("#export-text", Static).update(self._sheet.coloured(self._text))
        button = self.query_one("#reveal", Button)
        button.display, button.label = self.holds_secret, _("Show") if self._is_hidden else _("Hide")
        self.query_one("#export-news", Note).say(_(_IS_HIDDEN) if self._is_hidden else "", "warn")
        self.screen.refresh_bindings()

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            saved = (
                _("Saved as {file}. It contains a password, and only you can read it (mode 0600).")
                if self.holds_secret
                else _("Saved as {file}.")
            )
            self._tell(saved.format(file=printable(paths.shown(path))))

    def _tell(self, sentence: str, *, good: bool = True) -> None:
        self.query_one("#export-news", Note).say(sentence, "good" if good else "warn")
