"""The rail: the steps, done ones ticked, and a way back to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.walk import steps

if TYPE_CHECKING:
    from wizard.walk.steps import Step, Walk


class Rail(OptionList):
    """The steps of a walk; choosing one that was reached posts `Chosen`."""

    @dataclass
    class Chosen(Message):
        """A step was chosen."""

        step: Step

    def __init__(self, walk: Walk) -> None:
        self._steps = steps.applicable(walk.profile)
        here = self._steps.index(walk.step)
        super().__init__(*(self._option(walk, step) for step in self._steps), id="rail")
        self.highlighted = here

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass on the step that was chosen."""
        event.stop()
        self.post_message(self.Chosen(self._steps[event.option_index]))

    def _option(self, walk: Walk, step: Step) -> Option:
        reached = steps.can_jump(walk, step)
        done = reached and self._steps.index(step) < self._steps.index(walk.reached)
        mark = "▸" if step == walk.step else "✓" if done else "·"
        title = f"[b]{mark} {steps.TITLES[step]}[/b]" if step == walk.step else f"{mark} {steps.TITLES[step]}"
        return Option(title, id=step, disabled=not reached)
