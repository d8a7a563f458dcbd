"""A failure where it happened: what, who can fix it, what to do, the message to send, and technical details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Collapsible, Static

from screens.widgets.note import Note
from wizard.failure import Kind
from wizard.storage import paths
from wizard.text.language import _

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from wizard.trouble import Trouble


class TroublePanel(Vertical):
    """The explanation of one failure."""

    def __init__(self, trouble: Trouble, raw_file: Path | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="trouble")
        self.trouble = trouble
        self._raw_file = raw_file

    def compose(self) -> ComposeResult:
        """The sentences, then what can be unfolded."""
        yield Static(f"✗ {self.trouble.what}.", classes="trouble-what", markup=False)
        yield Static(f"{self.trouble.who.words}. {self.trouble.to_do}", markup=False)
        if self.trouble.found:
            yield Static(self.trouble.found, classes="trouble-found", markup=False)
        if self.trouble.forward:
            yield Static(self.trouble.forward, classes="trouble-forward", markup=False)
            yield Note()
        if self.trouble.raw:
            with Collapsible(title=_("Technical details (F2)"), collapsed=self.trouble.kind is not Kind.UNKNOWN):
                yield Static(self.trouble.raw, markup=False)
                if self._raw_file and self.trouble.kind is not Kind.UNKNOWN:
                    yield Static(_("Saved in {file}").format(file=paths.shown(self._raw_file)), markup=False)

    def tell(self, sentence: str) -> None:
        """Say what came of the message for the admin."""
        for note in self.query(Note):
            note.say(sentence, "good")

    def unfold(self) -> None:
        """Show the technical details, or hide them."""
        for part in self.query(Collapsible):
            part.collapsed = not part.collapsed
            part.call_after_refresh(part.scroll_visible)
