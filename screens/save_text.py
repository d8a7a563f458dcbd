"""Asks where a text is to be saved, and saves it there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from screens.widgets.field import Field
from screens.widgets.note import Note
from wizard import files, trouble
from wizard.failure import Failure

if TYPE_CHECKING:
    from textual.app import ComposeResult


class SaveTextScreen(ModalScreen[Path | None]):
    """Returns the file that the text was saved as, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Not now")]

    def __init__(self, text: str, default: str, warning: str = "") -> None:
        super().__init__()
        self._text, self._default, self._warning = text, default, warning

    def compose(self) -> ComposeResult:
        """One line for the file's name."""
        with Vertical(classes="window"):
            yield Label("Save it as a file", classes="window-title")
            yield Note(self._warning, "warn")
            yield Field("The file", id="file", value=self._default, rule=_rule)
            with Horizontal(classes="window-buttons"):
                yield Button("Not now", id="give-up", compact=True)
                yield Button("Save", id="save-file", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Save it there."""
        self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save it, or go back without."""
        if event.button.id == "save-file":
            self._save()
        else:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Go back without."""
        self.dismiss(None)

    def _save(self) -> None:
        field = self.query_one(Field)
        if not field.check() or not self.is_current:
            return
        path = Path(field.value).expanduser()
        try:
            files.create(path, self._text.encode())
        except Failure as failure:
            told = trouble.explain(failure)
            field.complain(f"{told.what}. {told.to_do}")
        else:
            self.dismiss(path)


def _rule(value: str) -> str | None:
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        return "There is nobody of that name on this computer: start with ~/ for your own folder."
    if not value.isprintable() or not path.is_absolute() or value.endswith("/"):
        return "Write the file's name in full, such as ~/for-the-admin.txt."
    return None
