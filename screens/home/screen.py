"""The home screen: every backup on this computer, how it is, and what can be done with it."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Label, Static

from screens.dimming import DimmingScreen
from screens.fitting import fit
from screens.home.backup_list import BackupList
from screens.home.details import NEW, Details
from screens.home.errand import Errand
from screens.home.more import More
from screens.widgets.footer import Keys
from screens.widgets.note import Note, Tone
from screens.work import Begin
from wizard import backup_states
from wizard.backup_states import Action
from wizard.client.process.background import in_background
from wizard.failure import Failure
from wizard.running import history
from wizard.text.display import printable
from wizard.text.language import _, ngettext
from wizard.walk import steps

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.backup_states import BackupState
    from wizard.schedule.alarms.channels import Channel

_LOOK_AGAIN_SECONDS = 5
_COLUMNS_OF_KEYS = 5  # in two rows, where one is too narrow for all
_EXPLANATION = _(
    "Each backup is one line. The sign says how it is:\n\n"
    "✓ All is well.\n\n"
    "! It needs a new backup: the last one is old, was interrupted or skipped files.\n\n"
    "✗ The last backup failed. The text beside it says why.\n\n"
    "… It waits for your server's admin.\n\n"
    "· Its setup isn't finished. Continue whenever you like.\n\n"
    "▸ It is being backed up now.\n\n"
    "Enter does what is most likely next. The keys at the bottom do the rest, and so do the buttons.\n\n"
    "“Forget” removes a backup from this computer. Files on the server stay."
)


class HomeScreen(DimmingScreen[Errand | None]):
    """Returns what the person wants of which backup; nothing where they leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # In two rows, what is long stands in one column.
        Binding("b", "do('back-up')", _("Back up")),
        Binding("g", "do('get-back')", _("Get files back")),
        Binding("s", "do('check')", _("Check")),
        Binding("c", "do('change')", _("Change")),
        Binding("r", "do('rename')", _("Rename")),
        Binding("n", "new", _("New")),
        Binding("p", "do('practice')", _("Practice run")),
        Binding("f", "do('forget')", _("Forget")),
        # There are buttons for these.
        Binding("m", "do('message')", _("Message"), show=False),
        Binding("h", "do('history')", _("History"), show=False),
        Binding("f1", "explain", _("Help")),
        Binding("ctrl+q", "leave", _("Quit"), priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = [(110, "-wide"), (160, "-very-wide")]  # noqa: RUF012 - so declared by Textual
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - so declared by Textual
    AUTO_FOCUS = ""

    def __init__(self, chosen: str = "") -> None:
        super().__init__()
        self._backups = backup_states.all_of_them()
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The list, and what there is to say of the backup under the cursor."""
        fit(self)
        with Horizontal(id="title-bar"):
            yield Label("backup-wizard", id="product", markup=False)
            yield Label(self._counted, id="whereabouts", markup=False)
        with Horizontal(id="home"):
            self._list = BackupList(self._backups, self._chosen, id="backup-list")
            with Vertical(id="home-left"):
                yield self._list
                with VerticalScroll(id="home-help", can_focus=False) as help:
                    help.border_title = _("Help")
                    yield Static(_EXPLANATION, markup=False)
            self._chosen = self._list.chosen.name if self._list.chosen else ""
            self._details, self._more = Details(self._list.chosen, id="details"), More(self._list.chosen, id="more")
            yield Vertical(self._details, self._more, id="home-right")
        yield Keys(columns=_COLUMNS_OF_KEYS)

    @property
    def _counted(self) -> str:
        count = len(self._backups)
        return ngettext("{count} backup", "{count} backups", count).format(count=count)

    def on_mount(self) -> None:
        """The list has the focus, and is kept up to date."""
        self._list.focus()
        self.set_interval(_LOOK_AGAIN_SECONDS, self._watch)

    def look_again(self) -> None:
        """Show how the backups are by now."""
        try:
            self._show(backup_states.all_of_them())
        except Failure as failure:
            from wizard import trouble

            self._say(trouble.explain(failure).sentence, "bad")

    def _watch(self) -> None:
        Begin(self, "watch", only=True)(self._look_in_background)

    async def _look_in_background(self) -> None:
        with contextlib.suppress(Failure):  # what can't be read for a moment is shown as it was
            backups = await in_background(backup_states.all_of_them)
            if self.is_attached and self.is_current:
                self._show(backups)

    def _show(self, backups: list[BackupState]) -> None:
        if backups != self._backups:
            self._backups = backups
            self._list.show(backups)
            self.query_one("#whereabouts", Label).update(self._counted)
            self._show_chosen()

    @property
    def chosen(self) -> BackupState | None:
        """The backup under the cursor."""
        return self._list.chosen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the backup under the cursor is offered."""
        if action != "do":
            return super().check_action(action, parameters)
        backup = self.chosen if self.is_mounted else None
        if backup is None:
            return False
        if parameters == (Action.RENAME,):  # where it can't be done, it is told why
            return backup.walk is not None and bool(backup.actions)
        return parameters[0] in backup.actions

    @on(BackupList.OptionHighlighted)
    def _show_chosen(self) -> None:
        name = self.chosen.name if self.chosen else ""
        if name != self._chosen:
            self._chosen = name
            self._say("")
        self._details.show(self.chosen)
        self._more.show(self.chosen)
        self.refresh_bindings()

    @on(BackupList.OptionSelected)
    def _do_first(self) -> None:
        if self.chosen is None:
            self.action_new()
        elif self.chosen.actions:
            self.action_do(self.chosen.actions[0])

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == NEW:
            self.action_new()
        else:
            self.action_do(event.button.id or "")

    def action_do(self, name: str) -> None:
        """Do it with the backup under the cursor, or ask first."""
        backup, action = self.chosen, Action(name)
        if backup is None:
            return
        if action is Action.FORGET:
            from screens.home.forget import ForgetScreen  # the screen is there sooner without its dialogs

            self.app.push_screen(ForgetScreen(backup), self._told)
        elif action is Action.RENAME:
            self._rename(backup)
        elif action is Action.HISTORY:
            from screens.dialogs.explanation import ExplanationScreen

            titled = _("The last runs of “{name}”").format(name=printable(backup.name))
            self.app.push_screen(ExplanationScreen(titled, history.listed(backup.name)))
        elif backup.walk and action is Action.CHANGE:
            from screens.home.change import WhatToChangeScreen

            self.app.push_screen(WhatToChangeScreen(backup), partial(self._change, backup))
        elif backup.walk:
            self._leave_with(Errand(backup_states.begun(action, backup.walk), action))

    def action_new(self) -> None:
        """Set up a new backup."""
        self._leave_with(Errand(steps.new(), Action.CONTINUE))

    def action_explain(self) -> None:
        """Say what the signs mean."""
        from screens.dialogs.explanation import ExplanationScreen

        self.app.push_screen(ExplanationScreen(_("Your backups"), _EXPLANATION))

    def action_leave(self) -> None:
        """Leave the wizard."""
        self._leave_with(None)

    def _rename(self, backup: BackupState) -> None:
        if backup.walk and (why := backup_states.why_not_renamed(backup.walk, backup.runs)):
            self._say(why, "warn")
        elif backup.walk:
            from screens.home.rename import RenameScreen

            self.app.push_screen(RenameScreen(backup.walk.profile), self._renamed)

    def _change(self, backup: BackupState, wanted: Errand | Channel | None) -> None:
        if wanted is None or backup.walk is None:
            return
        if not isinstance(wanted, Errand):
            from screens.home.address import AddressScreen

            self.app.push_screen(AddressScreen(backup.walk.profile, wanted), self._told)
            return
        if wanted.action is Action.RENAME:
            self._rename(backup)
        else:
            self._leave_with(wanted)

    def _told(self, told: str | None) -> None:
        if told is not None:
            self.look_again()
            self._say(told, "good")

    def _renamed(self, name: str | None) -> None:
        if name is not None:
            self.look_again()
            self._list.highlighted = [one.name for one in self._backups].index(name)
            self._show_chosen()
            self._say(_("The backup is now called “{name}”.").format(name=printable(name)), "good")

    def _say(self, sentence: str, tone: Tone = "plain") -> None:
        self.query_one("#home-news", Note).say(sentence, tone)

    def _leave_with(self, errand: Errand | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(errand)
