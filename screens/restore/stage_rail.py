"""The stages of getting files back, done ones ticked, and a way back to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.text.language import _
from wizard.walk.getting_back import stages

if TYPE_CHECKING:
    from screens.restore.visit import Visit
    from wizard.walk.getting_back.stages import Stage


class StageRail(OptionList):
    """The stages of a visit; choosing an earlier one posts `Chosen`."""

    @dataclass
    class Chosen(Message):
        """A stage was chosen."""

        stage: Stage

    def __init__(self, visit: Visit, here: Stage) -> None:
        self._order = visit.order
        at = self._order.index(here)
        super().__init__(
            *(
                Option(_prompt(one, number - at), id=one, disabled=number > at)
                for number, one in enumerate(self._order)
            ),
            id="rail",
        )
        self.highlighted = at

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass on the stage that was chosen."""
        event.stop()
        self.post_message(self.Chosen(self._order[event.option_index]))


def _prompt(stage: Stage, distance: int) -> Content:
    mark = "▸" if distance == 0 else "✓" if distance < 0 else "·"
    return Content.styled(f"{mark} {_(stages.TITLES[stage])}", "bold" if distance == 0 else "")
