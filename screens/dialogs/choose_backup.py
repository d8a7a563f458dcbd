"""Start a new backup, or continue one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Label

from screens.widgets.choice import Choice
from screens.widgets.footer import Keys
from screens.widgets.note import Note
from wizard import trouble
from wizard.failure import Failure
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Alternative
from wizard.walk.steps import Walk

if TYPE_CHECKING:
    from textual.app import ComposeResult

_NEW = "*new*"


class ChooseBackupScreen(Screen[Walk | None]):
    """Returns the walk to begin or to go on with; nothing where the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", _("Quit")),
        Binding("ctrl+q", "leave", _("Quit"), show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """The backups that there are, and a new one."""
        with Horizontal(id="title-bar"):
            yield Label("backup-wizard", id="product", markup=False)
        with Vertical(id="lone-page"):
            yield Label(_("Choose a backup"), id="question")
            alternatives = [self._alternative(name) for name in profiles.names()]
            new = Alternative(_NEW, _("New backup"), _("From this computer to a server."))
            yield Choice([*alternatives, new], id="backups")
            yield Note(id="backup-trouble")
        yield Keys()

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(Choice).focus()

    def on_option_list_option_selected(self, event: Choice.OptionSelected) -> None:
        """Begin, or go on."""
        name = event.option_id
        if name == _NEW or name is None:
            self.dismiss(steps.new())
            return
        try:
            self.dismiss(steps.begin(profiles.load(name)))
        except Failure as failure:
            self.query_one(Note).say(trouble.explain(failure).sentence, "bad")

    def action_leave(self) -> None:
        """Leave the wizard."""
        self.dismiss(None)

    def _alternative(self, name: str) -> Alternative:
        try:
            walk = steps.begin(profiles.load(name))
        except Failure:
            return Alternative(name, name, _("Its settings can't be read. Select it to see why."))
        return Alternative(name, name, _state(walk))


def _state(walk: Walk) -> str:
    host, step = walk.profile.server.host, steps.TITLES[walk.step]
    if not host:
        return _("No server yet. Continue at “{step}”.").format(step=step)
    if walk.step is steps.Step.FINISH:
        return _("To {server}. Set up.").format(server=host)
    return _("To {server}. Continue at “{step}”.").format(server=host, step=step)
