"""Welcome: what is going to happen, and what the backup is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from screens.steps.step_screen import StepScreen
from screens.widgets.field import Field
from wizard.text.language import _
from wizard.walk.descriptions import welcome
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


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
        "The backup's folder on the server gets the same name as the backup."
    )

    def compose_step(self) -> ComposeResult:
        """What will happen, and one line."""
        yield Static(
            _(
                "In a few steps, you set up a backup of your folders to your office's server:\n\n"
                "  1. You choose what to back up, and where.\n"
                "  2. The server's admin gives this computer access,\n     using a message we write for you.\n"
                "  3. Everything is tested before anything is copied.\n"
            ),
            markup=False,
        )
        yield Field.of(welcome.name(self.profile), self.draft.get("name"))
        yield Static(_("No files are sent until you say so."), classes="aside", markup=False)

    def on_mount(self) -> None:
        """Nothing is before the first step, or else the list of backups."""
        self.query_one("#back").display = self.context.has_home

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is before the first step, or else the list of backups."""
        return self.context.has_home if action == "back" else super().check_action(action, parameters)

    async def decide(self) -> Profile | None:
        """The profile under that name."""
        field = self.query_one(Field)
        if not field.check():
            return None
        return await welcome.settle(self.profile, None, {"name": field.value}, self.context)
