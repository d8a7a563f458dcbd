"""Asks which request, or which folder of them, is to be opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from screens.widgets.field import Field
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult


class OpenRequestsScreen(ModalScreen[Path | None]):
    """Returns a file or a folder that is there, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def compose(self) -> ComposeResult:
        """One line for the name."""
        with Vertical(classes="window"):
            yield Label(_("Open a request"), classes="window-title")
            yield Field(
                _("Request file, or a folder of requests"), id="file", hint=_("for example ~/requests"), rule=_rule
            )
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Open"), id="open-file", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Open it."""
        self._open()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Open it, or go back without."""
        if event.button.id == "open-file":
            self._open()
        else:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Go back without."""
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(None)

    def _open(self) -> None:
        field = self.query_one(Field)
        if field.check() and self.is_current:
            self.dismiss(Path(field.value).expanduser())


def _rule(value: str) -> str | None:
    if not value or not value.isprintable():
        return _("Type the name of the request file the user sent you, or of a folder of requests.")
    try:
        there = Path(value).expanduser().exists()
    except (RuntimeError, OSError):
        there = False
    return None if there else _("This file or folder doesn't exist.")
