"""Asks for the passphrase of a key that is not kept in the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from screens.widgets.field import Field
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.storage import paths
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


class PassphraseScreen(ModalScreen[Secret | None]):
    """Returns a passphrase that opens the key, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile

    def compose(self) -> ComposeResult:
        """One hidden line."""
        with Vertical(classes="window"):
            yield Label(_("Passphrase of your key"), classes="window-title")
            key = paths.shown(self._profile.key_path)
            yield Static(
                _("Unlocks {key}. The wizard forgets the passphrase when you leave.").format(key=key),
                classes="window-words",
                markup=False,
            )
            yield Field(_("Passphrase"), id="passphrase", password=True)
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Unlock key"), id="open", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Try what was typed."""
        self._try()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Try, or give up."""
        if event.button.id == "open":
            self._try()
        else:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Go on without."""
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(None)

    def _try(self) -> None:
        if not self.is_current:
            return
        field = self.query_one(Field)
        typed = Secret(field.value)
        if key_files.opens(self._profile.key_path, typed):
            self.dismiss(typed)
        else:
            field.complain(_("That passphrase doesn't unlock the key."))
