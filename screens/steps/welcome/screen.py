"""Welcome: what is going to happen, and what the backup is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual import on
from textual.widgets import Input, Static

from screens.steps.step_screen import StepScreen
from screens.widgets.field import Field
from screens.widgets.tick_list import Tick, TickList
from wizard.text.language import _
from wizard.walk.descriptions import welcome
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


_ADOPTS, _ADOPTED, _OLD_HOME = welcome.ADOPTS, "adopted-name", "old-home"
_HOW = _(
    "In a few steps, you set up a backup of your folders to your office's server:\n\n"
    "  1. You choose what to back up, and where.\n"
    "  2. The server's admin gives this computer access,\n     using a message we write for you.\n"
    "  3. Everything is tested before anything is copied.\n"
)


class WelcomeScreen(StepScreen):
    """Names the backup; a name stays once a key is called so, because the server's folder is, too."""

    step = Step.WELCOME
    question = welcome.DESCRIPTION.question
    primary = _("Begin")
    explanation = _(
        "This wizard sets up backups from this computer to your office's file server.\n\n"
        "You choose folders and a server. The wizard creates a key, and writes a message for you to send to the"
        " server's admin. Once your admin has added the key, the wizard tests it. Then it does a practice run, in"
        " which nothing is copied.\n\n"
        "You can quit at any time with Ctrl+Q. Everything is saved, and the wizard picks up where you left"
        " off.\n\n"
        "The backup's folder on the server gets the same name as the backup.\n\n"
        "Is your old computer lost, or are you moving to this one? Tick the box (Tab, then Space). Your admin then"
        " gets a message about that."
    )

    def compose_step(self) -> ComposeResult:
        """What will happen, and one line."""
        yield Static(id="how", markup=False)
        new, adopted = (welcome.name(welcome.adopting(self.profile, adopts=adopts)) for adopts in (False, True))
        yield Field.of(new, self.draft.get("name"))
        yield Field.of(msgspec.structs.replace(adopted, id=_ADOPTED), self.draft.get(_ADOPTED))
        yield Field.of(welcome.old_home(self.profile), self.draft.get(_OLD_HOME))
        ticked = [_ADOPTS.id] if self.draft.get(_ADOPTS.id, self.profile.adopting) == "yes" else []
        ticks = TickList([Tick.of(_ADOPTS)], id="adopts", ticked=ticked, sentences_below=True)
        ticks.display = welcome.may_adopt(self.profile)
        yield ticks
        yield Static(_("No files are sent until you say so."), classes="aside", markup=False)

    def on_mount(self) -> None:
        """Nothing is before the first step, or else the list of backups."""
        self.query_one("#back").display = self.context.has_home
        self._tell()

    @property
    def _adopts(self) -> bool:
        return _ADOPTS.id in self.query_one(TickList).ticked

    @property
    def _fields(self) -> list[Field]:
        wanted = (_ADOPTED, _OLD_HOME) if self._adopts else ("name",)
        return [self.query_one(f"#{id}", Field) for id in wanted]

    @on(TickList.Changed)
    def _turned(self) -> None:
        self._tell()
        self._fields[0].query_one(Input).focus()

    def _tell(self) -> None:
        self.query_one("#how", Static).update(welcome.HOW_TO_ADOPT if self._adopts else _HOW)
        for field in self.query(Field):
            field.display = field in self._fields
        self.draft[_ADOPTS.id] = "yes" if self._adopts else "no"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is before the first step, or else the list of backups."""
        return self.context.has_home if action == "back" else super().check_action(action, parameters)

    async def decide(self) -> Profile | None:
        """The profile under that name."""
        if [field for field in reversed(self._fields) if not field.check()]:
            return None
        answers = {"name": self._fields[0].value, _OLD_HOME: self._fields[-1].value, _ADOPTS.id: self._adopts}
        return await welcome.settle(self.profile, None, answers, self.context)
