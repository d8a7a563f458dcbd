"""Welcome: what is going to happen, and what the backup is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual.widgets import Static

from screens.steps.step_screen import StepScreen
from screens.widgets.field import Field
from wizard import profiles, rules
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


class WelcomeScreen(StepScreen):
    """Names the backup; a name that was saved once stays, because the server's folder bears it."""

    step = Step.WELCOME
    question = "What shall this backup be called?"
    primary = "Begin"
    explanation = (
        "This wizard sets up backups from this computer to your office's file server.\n\n"
        "You choose folders, and say which server. The wizard makes a key, and writes a message that you send to "
        "the server's admin. Once the admin has answered, it tries the key, and then makes a practice run, in which "
        "nothing is copied.\n\n"
        "You can leave at any time with Ctrl+Q. Everything is kept, and the wizard goes on where you left.\n\n"
        "The name is also the name of the backup's folder on the server."
    )

    def compose_step(self) -> ComposeResult:
        """What will happen, and one line."""
        yield Static(
            "In a few steps your folders will be backed up to your office's server:\n\n"
            "  1. you choose what is backed up, and to where,\n"
            "  2. the server's admin lets this computer in, with a\n     text that is made here,\n"
            "  3. the wizard tries it all, before anything is copied.\n",
            markup=False,
        )
        yield Field(
            "The backup's name, such as the computer's",
            id="name",
            value=self.draft.get("name", self.profile.name),
            rule=self._rule,
        )
        yield Static("Nothing is sent anywhere until you say so.", classes="aside", markup=False)

    def on_mount(self) -> None:
        """Nothing is before the first step."""
        self.query_one("#back").display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is before the first step."""
        return False if action == "back" else super().check_action(action, parameters)

    async def decide(self) -> Profile | None:
        """The profile under that name."""
        field = self.query_one(Field)
        return msgspec.structs.replace(self.profile, name=field.value) if field.check() else None

    def _rule(self, name: str) -> str | None:
        if name == self.profile.name:
            return rules.name(name)
        if profiles.exists(self.profile.name):
            return f"This backup was begun as “{self.profile.name}” and keeps that name; a new one can have another."
        if profiles.exists(name):
            return "There is a backup of that name already: choose another one."
        return rules.name(name) or profiles.taken(name)
