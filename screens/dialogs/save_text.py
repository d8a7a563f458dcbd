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
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.storage import files, paths
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import ComposeResult


class SaveTextScreen(ModalScreen[Path | None]):
    """Returns the file that the text was saved as, or nothing; a very long text is given in parts, made as they go."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, text: str | Callable[[], Iterable[bytes]], default: str, warning: str = "") -> None:
        super().__init__()
        self._parts = (lambda: (text.encode(),)) if isinstance(text, str) else text
        self._default, self._warning = default, warning

    def compose(self) -> ComposeResult:
        """One line for the file's name."""
        with Vertical(classes="window"):
            yield Label(_("Save as a file"), classes="window-title")
            yield Note(self._warning, "warn")
            yield Field(_("File name"), id="file", value=_free(self._default), rule=_rule)
            yield Waiting()
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Save"), id="save-file", variant="primary", compact=True)

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
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(None)

    def _save(self) -> None:
        field = self.query_one(Field)
        if field.check() and self.is_current:
            path = Path(field.value).expanduser()
            Begin(self, "save", only=True)(self._save_as, path)

    async def _save_as(self, path: Path) -> None:
        try:
            with self.query_one(Waiting).on(_("Saving"), ""):
                await in_background(lambda: self._write(path))
        except Failure as failure:
            told = trouble.explain(Failure(failure.kind, paths.shown(Path(failure.about)), failure.raw))
            self.query_one(Field).complain(f"{told.what}. {told.to_do}")
        else:
            if self.is_current:
                self.dismiss(path)

    def _write(self, path: Path) -> None:
        with files.creating(path) as file:
            file.writelines(self._parts())


def _free(name: str) -> str:
    """The name, with a number where something of that name is there already; `~` stays as it is written."""
    return str(Path(name).with_name(files.free(Path(name).expanduser()).name))


def _rule(value: str) -> str | None:
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        return _("This computer has no user with that name. Start with ~/ for your own folder.")
    if not value.isprintable() or not path.is_absolute() or value.endswith("/"):
        return _("Type the full path, for example ~/for-the-admin.txt.")
    return None
