"""A list of tick boxes: Space ticks the one under the cursor, and Enter continues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wizard.walk.description import YesNo

BOXES = {True: "[✓]", False: "[ ]"}


@dataclass(frozen=True)
class Tick:
    """One box: what it stands for, a title and a sentence."""

    id: str
    title: str
    sentence: str

    @classmethod
    def of(cls, question: YesNo) -> Tick:
        """The box for a question of yes or no."""
        return cls(question.id, question.label, question.sentence)


class TickList(OptionList):
    """Boxes, each with its sentence beside it, or with `sentences_below` on a line of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", _("Select")),
        Binding("enter", "screen.forward", _("Continue"), show=False),
    ]

    @dataclass
    class Changed(Message):
        """A box was ticked or cleared."""

    def __init__(
        self,
        ticks: Sequence[Tick],
        *,
        id: str,
        ticked: Iterable[str] = (),
        sentences_below: bool = False,
        classes: str | None = None,
    ) -> None:
        self.ticked = frozenset(ticked)
        self._ticks = {tick.id: tick for tick in ticks}
        self._column = 0 if sentences_below else max(len(tick.title) for tick in ticks)
        super().__init__(*self._boxes(), id=id, classes=classes)

    def offer(self, ticks: Sequence[Tick]) -> None:
        """Show other boxes; those that go keep their tick for when they come back."""
        if list(self._ticks.values()) != list(ticks):
            self._ticks = {tick.id: tick for tick in ticks}
            self.set_options(self._boxes())
            self.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Turn a box over."""
        event.stop()
        assert event.option_id
        self.ticked ^= {event.option_id}
        self.replace_option_prompt(event.option_id, self._prompt(self._ticks[event.option_id]))
        self.post_message(self.Changed())

    def _boxes(self) -> list[Option]:
        return [Option(self._prompt(tick), id=tick.id) for tick in self._ticks.values()]

    def _prompt(self, tick: Tick) -> Content:
        box = f"{BOXES[tick.id in self.ticked]} "
        title = Content.styled(tick.title.ljust(self._column), "bold")
        between = "  " if self._column else f"\n{' ' * len(box)}"
        return Content.assemble(box, title, between, (tick.sentence, "dim"))
