"""What a backup leaves out: ready-made groups, a line of the person's own, and what happens to what is removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label

from screens.widgets.field import Field
from screens.widgets.tick_list import Tick, TickList
from wizard.client.folders import exclude_presets
from wizard.client.folders.exclude_presets import PRESETS
from wizard.text.language import _
from wizard.walk.descriptions import folders

if TYPE_CHECKING:
    from textual.app import ComposeResult

_DELETE = Tick.of(folders.DELETE)
_DISKS = Tick.of(folders.ONE_FILE_SYSTEM)


class LeftOut(Vertical):
    """The tick boxes and the line; any change posts `Changed`.

    Without `may_delete`, removing on the server is not offered.
    """

    @dataclass
    class Changed(Message):
        """Something else is left out, or removed."""

    def __init__(
        self, *, id: str, presets: frozenset[str], own: str, delete: bool, may_delete: bool, disks: bool = False
    ) -> None:
        super().__init__(id=id)
        self._at_first = (presets, own, delete)
        self._may_delete, self._disks_at_first = may_delete, disks

    def compose(self) -> ComposeResult:
        """The groups, the line, and the box with the warning."""
        presets, own, delete = self._at_first
        yield Label(folders.SKIPPED, classes="left-out-title")
        yield TickList([Tick(one.id, one.title, one.sentence) for one in PRESETS], id="presets", ticked=presets)
        yield Field.of(folders.also_skipped(own))
        ticked = [_DISKS.id] if self._disks_at_first else []
        boxes = TickList([_DISKS], id="disks", ticked=ticked, sentences_below=True)
        boxes.display = self._disks_at_first
        yield boxes
        if self._may_delete:
            yield TickList([_DELETE], id="delete", ticked=[_DELETE.id] if delete else [], sentences_below=True)

    @property
    def presets(self) -> frozenset[str]:
        """The ids of the groups that are ticked."""
        return self.query_one("#presets", TickList).ticked

    @property
    def delete(self) -> bool:
        """Whether what is removed here is to be removed on the server."""
        return any(box.ticked for box in self.query("#delete").results(TickList))

    @property
    def one_file_system(self) -> bool:
        """Whether other disks inside the folders are skipped."""
        return bool(self.query_one("#disks", TickList).ticked)

    def offer_to_skip_disks(self) -> None:
        """There are some."""
        self.query_one("#disks", TickList).display = True

    @property
    def own(self) -> str:
        """The person's own line."""
        return self.query_one(Field).value

    @property
    def summary(self) -> str:
        """What is left out, on one line."""
        left_out = exclude_presets.patterns(self.presets, exclude_presets.read_line(self.own))
        return ", ".join(exclude_presets.in_words(left_out)) or _("nothing")

    def check(self) -> bool:
        """Whether the line can be taken; if not, it says why and takes the focus."""
        return self.query_one(Field).check()

    def on_tick_list_changed(self, event: TickList.Changed) -> None:
        """Pass it on as a change of the whole."""
        event.stop()
        self.post_message(self.Changed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass it on as a change of the whole."""
        event.stop()
        self.post_message(self.Changed())
