"""Says which older versions have a file or a folder, and takes one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from screens.widgets.choice import Choice
from screens.widgets.note import Note
from screens.work import Begin
from wizard import trouble
from wizard.failure import Failure
from wizard.text import display
from wizard.text.language import _
from wizard.walk.getting_back import questions

if TYPE_CHECKING:
    import asyncio

    from textual.app import ComposeResult

    from wizard.restore.tree import Tree


class FoundInScreen(ModalScreen[str | None]):
    """Asks the server by one list of that path alone; returns the version that was chosen, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, tree: Tree, path: str, asking: asyncio.Lock) -> None:
        super().__init__()
        self._tree, self._path, self._asking = tree, path, asking

    def compose(self) -> ComposeResult:
        """The name, and room for the versions."""
        name = display.printable(self._path.rpartition("/")[2])
        with Vertical(classes="window"):
            yield Label(_("Versions with “{name}”").format(name=name), classes="window-title", markup=False)
            yield Note(_("Asking the server"), "busy", id="found-in-news")
            yield Vertical(id="found-in")
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)

    def on_mount(self) -> None:
        """Ask at once."""
        Begin(self, "look", only=True)(self._look)

    def on_option_list_option_selected(self, event: Choice.OptionSelected) -> None:
        """Take it."""
        self._answer(event.option_id)

    def on_button_pressed(self) -> None:
        """Cancel."""
        self._answer(None)

    def action_give_up(self) -> None:
        """Cancel."""
        self._answer(None)

    async def _look(self) -> None:
        news = self.query_one("#found-in-news", Note)
        try:
            async with self._asking:
                found = questions.containing(await self._tree.versions_with(self._path))
        except Failure as failure:
            news.say(f"{trouble.explain(failure).what}.", "bad")
            return
        if not found:
            news.say(_(questions.IN_NO_VERSION), "plain")
            return
        news.say("")
        choice = Choice(found, id="version-with")
        await self.query_one("#found-in").mount(choice)
        choice.focus()

    def _answer(self, version: str | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(version)
