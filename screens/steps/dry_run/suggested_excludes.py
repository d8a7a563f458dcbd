"""What is left out already, and what weighs much and could well be left out, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.widgets.note import Note
from screens.widgets.tick_list import Tick, TickList
from wizard.text import display
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from wizard.profile import Profile
    from wizard.running.listing import Proposal

_MOST = 30


class LeaveOut(VerticalScroll, can_focus=False):
    """A box for each proposal; the boxes post `TickList.Changed`, and what is ticked is noted in the step's draft."""

    def __init__(self, draft: dict[str, str], profile: Profile, *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._patterns = draft, list[str]()
        self._note(one for one in self._noted if one not in profile.exclude)

    @property
    def ticked(self) -> tuple[str, ...]:
        """The patterns that are ticked, as they are listed."""
        return tuple(one for boxes in self.query(TickList) for one in self._patterns if one in boxes.ticked)

    def compose(self) -> ComposeResult:
        """What is left out already; what could be is below it."""
        note = Note(id="skipped")
        self._skipped = note
        yield note

    @property
    def skipped(self) -> str:
        """What is left out already, in words."""
        return self._skipped.sentence

    def say_skipped(self, told: str) -> None:
        """Say what is left out already."""
        self._skipped.say(told)

    async def offer(self, proposals: Sequence[Proposal]) -> None:
        """Offer others; those that were ticked before are ticked again."""
        self._patterns = [one.pattern for one in proposals[:_MOST]]
        await self.remove_children(".proposed")
        self.can_focus = not proposals
        if proposals:
            hint = _("Apps can recreate these, and they take a lot of space. Press Space to select what to skip.")
            await self.mount(
                Static(hint, classes="aside proposed", markup=False),
                TickList(
                    [_tick(one) for one in proposals[:_MOST]],
                    id="proposals",
                    ticked=set(self._noted) & set(self._patterns),
                    sentences_below=True,
                    classes="proposed",
                ),
            )

    def on_tick_list_changed(self) -> None:
        """Note what is ticked, besides what was ticked before and is not offered now."""
        self._note([*(one for one in self._noted if one not in self._patterns), *self.ticked])

    @property
    def _noted(self) -> list[str]:
        return list(filter(None, self._draft.get("left-out", "").split("\0")))

    def _note(self, patterns: Iterable[str]) -> None:
        self._draft["left-out"] = "\0".join(patterns)


def _tick(proposal: Proposal) -> Tick:
    saves = proposal.saves
    weight = _("{size}, {files} · {title}").format(
        size=display.size(saves.bytes), files=display.files(saves.files), title=proposal.title
    )
    return Tick(proposal.pattern, printable(proposal.pattern), weight)
