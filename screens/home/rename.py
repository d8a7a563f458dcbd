"""Asks for another name, and gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from screens.widgets.field import Field
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.client import renaming
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


class RenameScreen(ModalScreen[str | None]):
    """Returns the name that the backup has now, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile

    def compose(self) -> ComposeResult:
        """One line."""
        with Vertical(classes="window"):
            yield Label(_("Rename this backup"), classes="window-title", markup=False)
            yield Field(_("New name"), id="new-name", value=self._profile.name, rule=renaming.complaint)
            yield Waiting()
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Rename"), id="rename-it", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        line = self.query_one(Input)
        line.focus()
        line.select_all()

    def on_input_submitted(self) -> None:
        """Rename it."""
        self._rename()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Rename it, or leave it."""
        if event.button.id == "rename-it":
            self._rename()
        else:
            self.action_give_up()

    def action_give_up(self) -> None:
        """Leave the name as it is."""
        self._answer(None)

    def _rename(self) -> None:
        field = self.query_one(Field)
        if field.value == self._profile.name:
            self._answer(None)
        elif field.check():
            Begin(self, "rename", only=True)(self._rename_to, field.value)

    async def _rename_to(self, name: str) -> None:
        try:
            with self.query_one(Waiting).on(_("Renaming"), ""):
                await in_background(lambda: renaming.rename(self._profile.name, name))
        except Failure as failure:
            told = trouble.explain(failure, self._profile)
            self.query_one(Field).complain(f"{told.what}. {told.to_do}")
        else:
            self._answer(name)

    def _answer(self, name: str | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(name)
