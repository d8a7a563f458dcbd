"""The rail: the steps, done ones ticked and with what was decided there, and a way back to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.geometry import Size

    from wizard.walk.steps import Walk

_ROOM_FOR_WORDS = (110, 37)


class Rail(OptionList):
    """The steps of a walk; choosing one that was reached posts `Chosen`."""

    @dataclass
    class Chosen(Message):
        """A step was chosen."""

        step: Step

    def __init__(self, walk: Walk) -> None:
        self._walk, self._steps = walk, steps.applicable(walk.profile)
        self._has_words = _has_room(self.app.size)
        words = self._words() if self._has_words else {}
        super().__init__(*(self._option(step, words) for step in self._steps), id="rail")
        self.highlighted = self._steps.index(walk.step)

    def on_resize(self) -> None:
        """Say what was decided where there is room for it."""
        if self._has_words != _has_room(self.app.size):
            self._has_words = not self._has_words
            words = self._words() if self._has_words else {}
            for index, step in enumerate(self._steps):
                self.replace_option_prompt_at_index(index, self._option(step, words).prompt)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass on the step that was chosen."""
        event.stop()
        self.post_message(self.Chosen(self._steps[event.option_index]))

    def _option(self, step: Step, words: dict[Step, str]) -> Option:
        is_here = step == self._walk.step
        mark = "▸" if is_here else "✓" if self._is_done(step) else "·"
        prompt = Content.styled(f"{mark} {steps.TITLES[step]}", "bold" if is_here else "")
        if self._has_words:
            prompt = Content.assemble(prompt, (f"\n\xa0\xa0{words.get(step, '')}\n", "dim"))
        return Option(prompt, id=step, disabled=not steps.can_jump(self._walk, step))

    def _is_done(self, step: Step) -> bool:
        reached = steps.can_jump(self._walk, step)
        return reached and self._steps.index(step) < self._steps.index(self._walk.reached)

    def _words(self) -> dict[Step, str]:
        if not self._is_done(Step.WELCOME):
            return {}
        from wizard.walk.descriptions import (
            finish,
        )  # a first backup has nothing decided yet, and its first screen is soon there

        profile = self._walk.profile
        decided = {one.step: one.words for one in reversed(list(finish.decisions(profile)))}
        return {step: words for step, words in ({Step.WELCOME: profile.name} | decided).items() if self._is_done(step)}


def _has_room(size: Size) -> bool:
    return all(there >= needed for there, needed in zip(size, _ROOM_FOR_WORDS, strict=True))
