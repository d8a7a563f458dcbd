"""Asks for the passphrase of a key that is there already, and who is to keep it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from screens.widgets.field import Field
from screens.widgets.tick_list import Tick, TickList
from screens.work import Begin
from wizard.client.process.background import in_background
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.client.keys.secrets import Secret
    from wizard.walk.description import Hidden, YesNo


@dataclass(frozen=True)
class Opened:
    """A passphrase that opens the key, and whether the keyring is to keep it."""

    passphrase: Secret
    keep: bool


class OpenKeyScreen(ModalScreen[Opened | None]):
    """Returns a passphrase that was tried, or nothing; without a keyring, nothing is said of keeping it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, question: Hidden, keep: YesNo | None) -> None:
        super().__init__()
        self._question, self._keep = question, keep

    def compose(self) -> ComposeResult:
        """One hidden line, and a box."""
        with Vertical(classes="window"):
            yield Label(self._question.label, classes="window-title", markup=False)
            yield Field(_("Passphrase"), id="passphrase", password=True)
            if self._keep:
                ticked = [self._keep.id] if self._keep.default else []
                yield TickList([Tick.of(self._keep)], id="keep", ticked=ticked, sentences_below=True)
            else:
                yield Static(_("You type it for each backup."), classes="window-words")
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Use key"), id="open", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Try what was typed."""
        self.action_forward()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Try, or give up."""
        if event.button.id == "open":
            self.action_forward()
        else:
            self.action_give_up()

    def action_forward(self) -> None:
        """Try what was typed."""
        Begin(self, only=True)(self._try)

    def action_give_up(self) -> None:
        """Go on without."""
        self._leave_with(None)

    async def _try(self) -> None:
        field = self.query_one(Field)
        typed, kept = field.secret, self.query(TickList)
        assert self._question.rule
        # A passphrase is stretched on purpose, which takes a while.
        if complaint := await in_background(partial(self._question.rule, typed)):
            field.complain(complaint)
        else:
            self._leave_with(Opened(typed, bool(kept and kept.first().ticked)))

    def _leave_with(self, opened: Opened | None) -> None:
        self.query_one(Field).clear()
        if self.is_current:
            self.dismiss(opened)
