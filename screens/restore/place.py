"""Where to: a new folder, or where the files came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from textual import on

from screens.restore.restore_screen import RestoreScreen
from screens.widgets.choice import Choice
from screens.widgets.field import Field
from wizard.text.language import _
from wizard.walk.description import OneOf, Text
from wizard.walk.getting_back import questions
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from wizard.walk.getting_back.wish import Wish


class PlaceScreen(RestoreScreen):
    """Asks where the files go."""

    stage = Stage.PLACE
    question = _(questions.PLACE)
    explanation = _(
        "In a new folder, you can look through the files first, and nothing that you have here changes.\n\n"
        "Where they came from: each file goes back into the folder that it was in. The next screen asks what to do with"
        " files that are there.\n\n"
        "Nothing is ever deleted."
    )

    def compose_step(self) -> ComposeResult:
        """The choice, and the folder's line."""
        for question in questions.place(self.profile, self.visit.wish, {"place": questions.NEW_FOLDER}):
            if isinstance(question, OneOf):
                yield Choice(question.alternatives, id=question.id, chosen=question.default)
            elif isinstance(question, Text):
                yield Field.of(question)

    def focus_first(self) -> None:
        """The choice comes before the line to fill in."""
        self.query_one("#place", Choice).focus()

    @property
    def wish_so_far(self) -> Wish:
        """What is wanted, with what is typed here."""
        if not self.query("#place"):
            return self.visit.wish
        answers = self._answers
        is_in_place = answers["place"] == questions.IN_PLACE
        return msgspec.structs.replace(self.visit.wish, in_place=is_in_place, to=questions.meant(answers["to"]))

    async def try_forward(self) -> None:
        """Go on, if the files can go there.

        Raises:
            Failure: as for `questions.placed`.
        """
        field = self.query_one(Field)
        if not field.display or field.check():
            self.visit.keep(questions.placed(self.profile, self.visit.wish, self._answers))
            await super().try_forward()

    @on(Choice.OptionHighlighted, "#place")
    def _suit(self) -> None:
        """The line belongs to the new folder."""
        self.query_one(Field).display = self._answers["place"] == questions.NEW_FOLDER

    @property
    def _answers(self) -> dict[str, Any]:
        return {"place": self.query_one("#place", Choice).chosen, "to": self.query_one(Field).value}
