"""Which day: the backup as it is now, or as it was on an earlier day, of which the server keeps a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button

from screens.restore.restore_screen import RestoreScreen
from screens.widgets.choice import Choice
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard.client.ssh.shared_connection import shared
from wizard.failure import Failure
from wizard.restore import versions
from wizard.text.language import _
from wizard.walk.getting_back import questions
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.getting_back.wish import Wish


class VersionScreen(RestoreScreen):
    """Asks the server which days there are, and then which one is wanted."""

    stage = Stage.VERSION
    question = _(questions.VERSION)
    explanation = _(
        "The server keeps your backup as it was on earlier days, too.\n\n"
        "Choose a day on which your files were still as you want them. The next screen shows what was in the backup"
        " then.\n\n"
        "If you don't know the day, continue with the latest backup. There, “v” shows in which versions a file is."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", _("Try again"), show=False)]

    def compose_step(self) -> ComposeResult:
        """Room for the days."""
        yield Waiting(id="reading")
        yield Vertical(id="days")

    def compose_actions(self) -> ComposeResult:
        """To try again."""
        yield Button(_("Try again"), id="again", compact=True)

    @property
    def wish_so_far(self) -> Wish:
        """What is wanted, with the day that is chosen here."""
        for choice in self.query(Choice):
            return questions.of_version(self.visit.wish, choice.chosen)
        return self.visit.wish

    def focus_first(self) -> None:
        """Ask the server at once."""
        self.action_again()

    async def try_forward(self) -> None:
        """Go on, once the days are known."""
        if self.query(Choice):
            await super().try_forward()

    @on(Button.Pressed, "#again")
    def action_again(self) -> None:
        """Ask which days there are."""
        self.is_complete = False
        Begin(self, "look", only=True)(self._look)

    async def _look(self) -> None:
        self.query_one("#again").display = False
        self.remove_class("-trouble-alone")
        await self.show_trouble(None)
        try:
            with self.query_one(Waiting).on(_("Asking the server which days there are"), _("Esc goes back.")):
                access = await self.visit.way.access()
                async with shared(self.visit.way.reader, access) as connected:
                    found = await versions.listed(self.visit.way.reader, connected)
        except Failure as failure:
            self.is_complete = True
            if not self.is_leaving:
                self.query_one("#again").display = True
                self.add_class("-trouble-alone")
                await self.show_trouble(failure)
                self.lead_with("again")
            return
        if not self.is_leaving:
            asked = questions.version(self.visit.wish, found)
            days = self.query_one("#days")
            await days.mount(Choice(asked.alternatives, id=asked.id, chosen=asked.default))
            if not found:
                await days.mount(Note(_(questions.NO_VERSIONS), "plain"))
            self.is_complete = True
            self.lead_with("forward", focus=False)
            self.query_one(Choice).focus()
