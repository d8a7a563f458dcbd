"""Existing files: what becomes of a file that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from screens.restore.restore_screen import RestoreScreen
from screens.widgets.choice import Choice
from wizard.text.language import _
from wizard.walk.getting_back import questions
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.getting_back.wish import Wish


class ExistingScreen(RestoreScreen):
    """Asks whether files that are there may be replaced."""

    stage = Stage.EXISTING
    question = _(questions.EXISTING)
    explanation = _(
        "This is about files that you have here under the same name as in the backup.\n\n"
        "“Keep” is the safe choice: only what is missing comes back.\n\n"
        "To undo unwanted changes, or to repair damaged files, choose one of the others.\n\n"
        "Files that aren't in the backup stay, whatever you choose. The practice run shows what would be replaced."
    )

    def compose_step(self) -> ComposeResult:
        """The choice."""
        question = questions.existing(self.visit.wish)
        yield Choice(question.alternatives, id=question.id, chosen=question.default)

    @property
    def wish_so_far(self) -> Wish:
        """What is wanted, with what is chosen here."""
        for choice in self.query(Choice):
            return msgspec.structs.replace(self.visit.wish, overwrite=choice.chosen or self.visit.wish.overwrite)
        return self.visit.wish
