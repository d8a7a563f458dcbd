"""Older versions: whether the server keeps any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from screens.steps.step_screen import StepScreen
from screens.widgets.choice import Choice
from wizard.text.language import _
from wizard.walk.descriptions import versions
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.profile import Profile


class VersionsScreen(StepScreen):
    """One choice, and what it needs on the server."""

    step = Step.VERSIONS
    question = versions.DESCRIPTION.question
    explanation = _(
        "A backup is a copy of your files as they are now. If a file is damaged or deleted by mistake, the next backup"
        " can pass that on.\n\n"
        "With older versions, the server also keeps the backup as it was on earlier days. It makes them itself, so"
        " neither this computer nor a thief with its key can change or delete them.\n\n"
        "The first version takes as much space as the backup. After that, only files that have changed take more.\n\n"
        "To get files back from an earlier day, use “Get files back” and choose the day first.\n\n"
        "Your admin sets this up once. If you change it later, your admin gets a new message."
    )

    def compose_step(self) -> ComposeResult:
        """The two answers, and what is to be known of them."""
        asked = versions.keep(self.profile, self.draft.get("keep", ""))
        yield Choice(asked.alternatives, id=asked.id, chosen=asked.default)
        about = versions.TAKES_OVER if self.profile.adopting else versions.ABOUT
        yield Static(about, classes="aside", markup=False)

    async def decide(self) -> Profile | None:
        """The profile with that answer."""
        return await versions.settle(self.profile, None, self._answers(), self.context)

    def _answers(self) -> dict[str, str]:
        return {"keep": self.query_one("#keep", Choice).chosen}

    def _keep_draft(self) -> None:
        super()._keep_draft()
        if self.query("#keep"):
            self.draft["keep"] = self._answers()["keep"]
