"""Has the person make up a passphrase for a new key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from screens.widgets.field import Field
from wizard.client.keys.secrets import Secret
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.description import Hidden


class NewPassphraseScreen(ModalScreen[Secret | None]):
    """Returns a passphrase that was typed twice, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, question: Hidden) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Two hidden lines."""
        with Vertical(classes="window"):
            yield Label(self._question.label, classes="window-title", markup=False)
            yield Static(
                _("You type it for each backup. It isn't saved anywhere, so remember it well."),
                classes="window-words",
                markup=False,
            )
            yield Field(_("Passphrase"), id="first", password=True)
            yield Field(self._question.again, id="again", password=True)
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Create the key"), id="take", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The first line has the focus."""
        self.query(Input).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the second line, or take it."""
        first, again = self.query(Field)
        if event.input in first.query(Input):
            if self._is_taken(first):
                again.query_one(Input).focus()
        else:
            self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take it, or give up."""
        if event.button.id == "take":
            self._take()
        else:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Go on without."""
        self._leave_with(None)

    def _take(self) -> None:
        first, again = self.query(Field)
        if not self._is_taken(first):
            return
        if first.secret.reveal() != again.secret.reveal():
            again.clear()
            again.query_one(Input).focus()
            again.complain(_("The two aren't the same. Type it again, or change both."))
            return
        self._leave_with(first.secret)

    def _is_taken(self, first: Field) -> bool:
        complaint = self._question.rule(first.secret) if self._question.rule else None
        first.complain(complaint or "")
        if complaint:
            first.query_one(Input).focus()
        return not complaint

    def _leave_with(self, passphrase: Secret | None) -> None:
        for field in self.query(Field):
            field.clear()
        if self.is_current:
            self.dismiss(passphrase)
