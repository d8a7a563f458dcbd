"""Asks whether a backup is to be forgotten, with its key or without, and forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.client import forgetting, profile_lock
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.backup_states import BackupState


class ForgetScreen(ModalScreen[str | None]):
    """Returns what was done in words, or nothing; Enter and Escape alone forget nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", _("Cancel")),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, backup: BackupState) -> None:
        super().__init__()
        self._backup_name = backup.name
        self._keys = forgetting.own_keys(backup.name)

    def compose(self) -> ComposeResult:
        """What goes and what stays, and the answers."""
        title = _("Forget the backup “{name}”?").format(name=printable(self._backup_name))
        words = [_("This computer forgets its settings. Files on the server stay.")]
        if self._keys:
            named = printable(", ".join(map(paths.shown, self._keys)))
            words.append(
                _(
                    "Its key is {file}. You can delete the key together with its passphrase, or keep both. A key that"
                    " was deleted can't be brought back."
                ).format(file=named)
            )
        with Vertical(classes="window wide"):
            yield Label(title, classes="window-title", markup=False)
            yield Static("\n\n".join(words), classes="window-words", markup=False)
            yield Waiting()
            yield Note(id="forget-trouble")
            with Horizontal(classes="window-buttons"):
                if self._keys:
                    yield Button(_("Delete key too"), id="with-key", compact=True)
                    yield Button(_("Keep key"), id="without-key", compact=True)
                else:
                    yield Button(_("Forget"), id="without-key", compact=True)
                yield Button(_("Cancel"), id="give-up", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#give-up", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take the answer."""
        if event.button.id == "give-up":
            self.action_give_up()
        else:
            Begin(self, "forget", only=True)(self._forget, event.button.id == "with-key")

    def action_give_up(self) -> None:
        """Keep it all."""
        self._answer(None)

    async def _forget(self, remove_key: bool) -> None:
        def forget() -> None:
            with profile_lock.alone(self._backup_name):
                forgetting.forget(self._backup_name, remove_key=remove_key)

        self.query_one("#forget-trouble", Note).say("")
        try:
            with self.query_one(Waiting).on(_("Forgetting it"), ""):
                await in_background(forget)
        except Failure as failure:
            self.query_one("#forget-trouble", Note).say(trouble.explain(failure).sentence, "bad")
        else:
            self._answer(self._told(remove_key))

    def _told(self, removed_key: bool) -> str:
        name = printable(self._backup_name)
        if not self._keys:
            return _("“{name}” is forgotten. Files on the server stay.").format(name=name)
        if removed_key:
            return _("“{name}” is forgotten, and its key is deleted. Files on the server stay.").format(name=name)
        return _("“{name}” is forgotten. Its key and its passphrase stay.").format(name=name)

    def _answer(self, told: str | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(told)
