"""What is in a backup, as a tree with tick boxes or as a list of what was found; of very many lines those in sight."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.steps.folders.folder_row import ARROWS, BOXES
from screens.widgets.cells import filled
from wizard.text import display
from wizard.text.language import _
from wizard.walk.getting_back.opened_tree import Line, Opened, OpenedTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.events import Click

    from wizard.restore.entries import Item
    from wizard.restore.tree import Level
    from wizard.running.listing import Sums
    from wizard.walk.getting_back.ticks import Ticks

_SIZE_WIDTH, _DATE_WIDTH = 9, 11
_INDENT = 2
_LEAST_WIDTH_FOR_DATE = 56
_LINK = _("link")
_MEASURED_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Found:
    """What a search has found, and may find more of; `empty` says that there is nothing."""

    numbers: Callable[[], Sequence[int]]
    item: Callable[[int], Item]
    empty: str


class BackupTree(ScrollView, can_focus=True):
    """The folders that are opened, or what was found; a line is ticked here, and a folder opened by whoever is told."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"backup-tree--quiet", "backup-tree--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", _("Select")),
        Binding("right", "open", _("Open"), show=False),
        Binding("left", "close", _("Close"), show=False),
        Binding("enter", "screen.forward", _("Continue"), show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-8)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("home", "move(-100000000)", show=False),
        Binding("end", "move(100000000)", show=False),
    ]

    @dataclass
    class Turned(Message):
        """It was ticked or cleared; or it can't be, because it is in a ticked folder."""

        path: str
        could_be: bool

    @dataclass
    class Opening(Message):
        """A folder was opened, and what is in it is to be listed."""

        opened: Opened
        path: str

    def __init__(self, title: str, ticks: Ticks, *, id: str) -> None:
        super().__init__(id=id)
        self._title, self._ticks = title, ticks
        self.opened_tree = OpenedTree()
        self._found: Found | None = None
        self._filling: set[Opened] = set()
        self._kept: list[Callable[[], None]] = []
        self.cursor, self._cursor_in_tree, self._measured = 0, 0, 0.0
        self._sums: Callable[[str], Sums] | None = None

    @property
    def is_searched(self) -> bool:
        """Whether it shows what was found."""
        return self._found is not None

    def begin_anew(self, title: str) -> None:
        """Nothing is opened yet; the title is the first line's."""
        self._title, self.opened_tree, self.cursor = title, OpenedTree(), 0
        self._filling.clear()
        self.grow()

    def tell_sums(self, sums: Callable[[str], Sums] | None) -> None:
        """How much is in a folder is known from now on, or not any more."""
        self._sums = sums
        self.refresh()

    def show_found(self, found: Found | None) -> None:
        """Show what was found, from the top; or the tree again, where it was left."""
        if self._found is None:
            self._cursor_in_tree = self.cursor
        # The room of what was found before is kept for a moment: most often it is narrowed down while a person types.
        self._measured = time.monotonic() if self._found and found else 0.0
        self._found = found
        self.cursor = 0 if found else self._cursor_in_tree
        self.grow()
        self._go_to(self.cursor)

    @property
    def path_here(self) -> str:
        """The path in the backup that the cursor is on."""
        return self._here.item.path if self._here else ""

    @property
    def is_opening(self) -> bool:
        """Whether what is in a folder is still to come."""
        return bool(self._filling)

    def show_inside(self, opened: Opened, level: Level) -> None:
        """Show what is in a folder that was opened; the cursor stays with its line."""
        opened.level = level
        self._filling.discard(opened)
        if self._found is None and self.cursor > opened.line:
            self.cursor += len(level)
            self.scroll_to(y=self.scroll_offset.y + len(level), animate=False)
        self._measured = 0.0
        self.grow()
        self._go_on()

    def end_opening(self, opened: Opened) -> None:
        """If nothing came of it, the folder is as it was."""
        if opened in self._filling:
            self._filling.discard(opened)
            opened.close()
            self._kept.clear()
            self.grow()

    def grow(self, *, is_whole: bool = False) -> None:
        """Take in what has come."""
        count = self.count
        is_due = is_whole or time.monotonic() - self._measured >= _MEASURED_EVERY_SECONDS
        if is_due or self.virtual_size.height <= self.size.height:  # each other length is another layout
            self._measured = time.monotonic()
            if self.virtual_size.height != max(count, 1):
                self.virtual_size = Size(0, max(count, 1))
        self.cursor = max(min(self.cursor, count - 1), 0)
        self.refresh()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._found.numbers()) if self._found else len(self.opened_tree)

    def line(self, number: int) -> Line:
        """The line of that number, in the tree or among what was found."""
        if self._found:
            return Line(self._found.item(self._found.numbers()[number]), 0)
        return self.opened_tree.line(number)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in sight, whose styles are looked up once."""
        quiet, cursor = (self.get_component_rich_style(f"backup-tree--{name}") for name in ("quiet", "cursor"))
        self._styles = self.rich_style, quiet, cursor if self.has_focus else self.rich_style
        self._count = self.count
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        width, number = self.scrollable_content_region.width, self.scroll_offset.y + y
        plain, quiet, cursor = self._styles
        if number >= self._count:
            empty = self._found.empty if self._found and number == 0 else ""
            return Strip([Segment(filled(empty, width), quiet)])
        line = self.line(number)
        beside = self._beside(line, width)
        room = max(width - len(beside), 0)
        style = cursor if number == self.cursor else plain
        return Strip([Segment(filled(self._text(line), room), style), Segment(beside, quiet)])

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        if not self._waits(lambda: self.action_move(lines)):
            self._go_to(self.cursor + lines)

    def action_open(self) -> None:
        """Open the folder under the cursor, or step into it."""
        line = self._here
        if self._waits(self.action_open) or line is None or self._found or not line.item.is_folder:
            return
        if line.is_opened:
            self._go_to(self.cursor + 1)
        else:
            opened = self.opened_tree.open(self.cursor)
            self._filling.add(opened)
            self.refresh()
            self.post_message(self.Opening(opened, line.item.path))

    def action_close(self) -> None:
        """Close the folder under the cursor, or step out of it."""
        line = self._here
        if self._waits(self.action_close) or line is None or self._found or self.cursor == 0:
            return
        if line.is_opened:
            self.opened_tree.close(self.cursor)
            self._measured = 0.0
            self.grow()
        else:
            self._go_to(self.opened_tree.around(self.cursor))

    def action_turn(self) -> None:
        """Tick what is under the cursor, or clear it."""
        line = self._here
        if line and not self._waits(self.action_turn):
            self.post_message(self.Turned(line.item.path, self._ticks.turn(line.item.path)))
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Open or close a folder by its arrow, tick anything else."""
        number = self.scroll_offset.y + event.y
        if number < self.count:
            self._go_to(number)
            line = self.line(number)
            if line.item.is_folder and not self._found and event.x < _INDENT * line.depth + len(ARROWS[True]):
                (self.action_close if line.is_opened else self.action_open)()
            else:
                self.action_turn()

    def _waits(self, action: Callable[[], None]) -> bool:
        """What was typed right behind the opening of a folder is for what is in it."""
        if self._filling:
            self._kept.append(action)
        return bool(self._filling)

    def _go_on(self) -> None:
        kept, self._kept = self._kept, []
        for action in kept:
            action()

    @property
    def _here(self) -> Line | None:
        return self.line(self.cursor) if self.cursor < self.count else None

    def _text(self, line: Line) -> str:
        item = line.item
        box = BOXES[self._ticks.mark(item.path)]
        if self._found:
            return f"{box} {display.printable(item.path)}{'/' if item.is_folder else ''}"
        if not item.path:
            return f"  {box} {self._title}"
        arrow = ARROWS[line.is_opened] if item.is_folder else "  "
        return f"{' ' * _INDENT * (line.depth - 1)}{arrow}{box} {display.printable(item.name)}"

    def _beside(self, line: Line, width: int) -> str:
        item = line.item
        size = f"{display.size(item.size):>{_SIZE_WIDTH}}"
        if item.is_folder:
            told = display.size(self._sums(item.path).bytes) if self._sums else ""
            size = f"{'…' if line.opened in self._filling else told:>{_SIZE_WIDTH}}"
        elif item.is_link:
            size = f"{_LINK:>{_SIZE_WIDTH}}"
        if width < _LEAST_WIDTH_FOR_DATE:
            return f" {size}"
        date = f"{item.modified:%Y-%m-%d}" if item.modified and not item.is_folder else ""
        return f" {size} {date:>{_DATE_WIDTH}}"

    def _go_to(self, number: int) -> None:
        self.cursor = max(min(number, self.count - 1), 0)
        if self.virtual_size.height != max(self.count, 1) and self.cursor >= self.virtual_size.height:
            self.virtual_size = Size(0, max(self.count, 1))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
        self.refresh()
