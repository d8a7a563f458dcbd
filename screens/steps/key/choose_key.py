"""Which of the person's own keys is to be used, or which type a new one gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from screens.widgets.choice import Choice
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.description import OneOf


USE = _("\nPress Enter to use the key, or Esc to cancel.")
CREATE = _("\nPress Enter to create the key, or Esc to cancel.")


class ChooseKeyScreen(ModalScreen[str | None]):
    """Returns the answer, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", _("Cancel"))]

    def __init__(self, question: OneOf, hint: str = USE) -> None:
        super().__init__()
        self._question, self._hint = question, hint

    def compose(self) -> ComposeResult:
        """The keys."""
        with Vertical(classes="window"):
            yield Label(self._question.label, classes="window-title", markup=False)
            yield Choice(self._question.alternatives, id=self._question.id)
            yield Static(self._hint, classes="aside", markup=False)

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(Choice).focus()

    def on_option_list_option_selected(self, event: Choice.OptionSelected) -> None:
        """Take it."""
        if self.is_current:
            self.dismiss(event.option_id)

    def action_close(self) -> None:
        """Choose none."""
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(None)
