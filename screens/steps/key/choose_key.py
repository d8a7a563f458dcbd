"""Which of the person's own keys is to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from screens.widgets.choice import Alternative, Choice
from wizard.client.keys.found_keys import FoundKey
from wizard.display import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ChooseKeyScreen(ModalScreen[FoundKey | None]):
    """Returns the chosen key, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "None of these")]

    def __init__(self, found: Sequence[FoundKey]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """The keys."""
        with Vertical(classes="window"):
            yield Label("Which of your keys?", classes="window-title", markup=False)
            yield Choice([_alternative(number, key) for number, key in enumerate(self._found)], id="own-key")
            yield Static("\nEnter takes it; Esc goes back.", classes="aside", markup=False)

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(Choice).focus()

    def on_option_list_option_selected(self, event: Choice.OptionSelected) -> None:
        """Take it."""
        if self.is_current:
            self.dismiss(self._found[event.option_index])


def _alternative(number: int, key: FoundKey) -> Alternative:
    place = f"in {key.file}" if key.file else "in your ssh agent, which has to run whenever a backup is made"
    return Alternative(str(number), printable(key.comment), printable(place))
