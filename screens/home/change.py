"""Asks which of its decisions is to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from screens.home.errand import Errand
from screens.widgets.choice import Choice
from wizard import backup_states
from wizard.backup_states import Action
from wizard.schedule.alarms import words as elsewhere
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Alternative
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from wizard.backup_states import BackupState
    from wizard.schedule.alarms.channels import Channel

_NAME, _SKIPPED = "name", "skipped"


class WhatToChangeScreen(ModalScreen["Errand | Channel | None"]):
    """Returns what is to be changed, or nothing; one of the addresses for messages and reports by its name."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, backup: BackupState) -> None:
        super().__init__()
        self._backup = backup

    def compose(self) -> ComposeResult:
        """The decisions, each with what it is by now."""
        with Vertical(classes="window"):
            yield Label(_("What do you want to change?"), classes="window-title", markup=False)
            yield Choice(list(self._alternatives()), id="change-what")
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(Choice).focus()

    def on_option_list_option_selected(self, event: Choice.OptionSelected) -> None:
        """Take it."""
        walk, wanted = self._backup.walk, event.option_id or ""
        if walk is None:
            return
        if wanted in ("alarm", "ping"):
            self._answer(wanted)  # type: ignore[arg-type]
            return
        if wanted == _NAME:
            self._answer(Errand(walk, Action.RENAME))
            return
        step = Step.FOLDERS if wanted == _SKIPPED else Step(wanted)
        self._answer(Errand(steps.change(walk, step), Action.CHANGE, press="turn" if wanted == _SKIPPED else ""))

    def on_button_pressed(self) -> None:
        """Cancel."""
        self._answer(None)

    def action_give_up(self) -> None:
        """Cancel."""
        self._answer(None)

    def _alternatives(self) -> Iterator[Alternative]:
        walk = self._backup.walk
        if walk is None:
            return
        if self._backup.may_be_renamed:
            yield Alternative(_NAME, _("Name"), printable(walk.profile.name))
        made = list(finish.decisions(walk.profile))
        for step in backup_states.changeable(walk):
            titled = [one for one in made if one.step is step]
            yield Alternative(step.value, steps.TITLES[step], titled[0].words if titled else "")
            if step is Step.FOLDERS:
                yield Alternative(_SKIPPED, titled[1].title, titled[1].words)
            if step is Step.SCHEDULE:
                for channel, words in elsewhere.WORDS.items():
                    is_set = getattr(walk.profile.schedule, channel)
                    yield Alternative(channel, _(words.title), _("on") if is_set else _("off"))

    def _answer(self, errand: Errand | Channel | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(errand)
