"""Folders by weight: how much would be sent from each, with a bar that shows where the bulk is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.widgets.cells import bar, filled
from wizard.running.listing import TOP, Listing, Sums
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.events import Click

_SIZE_WIDTH, _BAR_WIDTH, _FILES_WIDTH = 9, 8, 13
_INDENT = 2
_PARTS = ("quiet", "bar", "cursor")
_WEIGHED_EVERY_SECONDS = 0.5
_RESTS = 30
_MOST_INSIDE = 500
_BULK = 0.5
_HERE = _("files in this folder")
_HERE_AND_SMALLER = _("files in this folder and in smaller ones")


@dataclass(frozen=True)
class _Line:
    """A folder at its depth, or what else is right in it where `folder` is the top."""

    folder: int
    depth: int
    sums: Sums
    title: str


class SizeTree(ScrollView, can_focus=True):
    """The folders of a listing, the heaviest first; of very many in one folder the heaviest alone."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"size-tree--quiet", "size-tree--bar", "size-tree--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-8)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("right", "open", _("Open"), show=False),
        Binding("left", "close", _("Close"), show=False),
        Binding("space", "turn", show=False),
        Binding("enter", "screen.forward", _("Continue"), show=False),
    ]

    def __init__(self, *, id: str, nothing: str) -> None:
        super().__init__(id=id)
        self._nothing = nothing
        self._listing = Listing()
        self._less: Mapping[int, Sums] = {}
        self._opened: set[int] = set()
        self._lines: list[_Line] = []
        self._cursor = 0
        self._is_whole, self._due = False, 0.0

    def show(self, listing: Listing) -> None:
        """Show another listing, from its top."""
        self._listing, self._less, self._opened, self._cursor = listing, {}, set(), 0
        self._due = 0.0
        self.grow(is_whole=False)

    def grow(self, *, is_whole: bool) -> None:
        """Take in what has come; in one that is whole, the way to the bulk is opened."""
        if is_whole and not self._is_whole and not self._opened:
            self._open_bulk()
        began = time.monotonic()
        if is_whole or began >= self._due:
            self._is_whole = is_whole
            self._make_lines()
            ended = time.monotonic()
            # A hundred thousand folders in one take longer, and the keys must not wait for it every time.
            self._due = ended + max(_WEIGHED_EVERY_SECONDS, _RESTS * (ended - began))

    def leave_out(self, less: Mapping[int, Sums]) -> None:
        """Show each folder with that much less in it."""
        self._less = less
        self._make_lines()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in sight, whose styles are looked up once."""
        quiet, blocks, cursor = (self.get_component_rich_style(f"size-tree--{name}") for name in _PARTS)
        self._styles = quiet, blocks, self.rich_style, cursor if self.has_focus else self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        width, number = self.scrollable_content_region.width, self.scroll_offset.y + y
        quiet, blocks, plain, cursor = self._styles
        if number >= len(self._lines):
            is_told = number == 0 and self._is_whole
            return Strip([Segment(filled(self._nothing if is_told else "", width), quiet)])
        line = self._lines[number]
        whole = self._sums(TOP).bytes
        files = f"{display.files(line.sums.files):>{_FILES_WIDTH}}"
        room = width - _SIZE_WIDTH - _BAR_WIDTH - _FILES_WIDTH - 3
        return Strip(
            [
                Segment(f"{display.size(line.sums.bytes):>{_SIZE_WIDTH}} ", quiet),
                Segment(bar(line.sums.bytes / whole if whole else 0, _BAR_WIDTH), blocks),
                Segment(" ", plain),
                Segment(
                    filled(f"{' ' * _INDENT * line.depth}{self._sign(line)} {line.title}", max(room, 0)),
                    cursor if number == self._cursor else plain,
                ),
                Segment(f" {files}", quiet),
            ]
        )

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._go_to(self._cursor + lines)

    def action_open(self) -> None:
        """Open the folder under the cursor, or step into it."""
        line = self._here
        if line and self._can_open(line):
            if line.folder in self._opened:
                self._go_to(self._cursor + 1)
            else:
                self._opened.add(line.folder)
                self._make_lines()

    def action_close(self) -> None:
        """Close the folder under the cursor, or step out of it."""
        line = self._here
        if line and line.folder in self._opened:
            self._opened.remove(line.folder)
            self._make_lines()
        elif line:
            above = (at for at in range(self._cursor, -1, -1) if self._lines[at].depth < line.depth)
            self._go_to(next(above, self._cursor))

    def action_turn(self) -> None:
        """Open the folder under the cursor, or close it."""
        if self._here and self._here.folder in self._opened:
            self.action_close()
        else:
            self.action_open()

    def on_click(self, event: Click) -> None:
        """Open or close what was clicked."""
        at = self.scroll_offset.y + event.y
        if at < len(self._lines):
            self._go_to(at)
            self.action_turn()

    @property
    def _here(self) -> _Line | None:
        return self._lines[self._cursor] if self._cursor < len(self._lines) else None

    def _sums(self, folder: int) -> Sums:
        sums, less = self._listing.folders.sums(folder), self._less.get(folder, Sums())
        return Sums(sums.files - less.files, sums.bytes - less.bytes)

    def _can_open(self, line: _Line) -> bool:
        return line.folder != TOP and next(self._listing.folders.inside(line.folder), None) is not None

    def _sign(self, line: _Line) -> str:
        if not self._can_open(line):
            return " "
        return "▾" if line.folder in self._opened else "▸"

    def _open_bulk(self) -> None:
        folder = TOP
        while inside := self._heaviest(folder, 1):
            heaviest = inside[0]
            if heaviest.sums.bytes <= _BULK * self._sums(TOP).bytes or not self._can_open(heaviest):
                return
            folder = heaviest.folder
            self._opened.add(folder)

    def _heaviest(self, folder: int, most: int, depth: int = 0) -> list[_Line]:
        folders = self._listing.folders
        return [_Line(one, depth, self._sums(one), folders.title(one)) for one in folders.heaviest(folder, most)]

    def _inside(self, folder: int, depth: int) -> Iterator[_Line]:
        heaviest = self._heaviest(folder, _MOST_INSIDE, depth)
        lines = [line for line in heaviest if line.sums.files]
        shown = [line.sums for line in lines]
        files, size = self._sums(folder)
        rest = Sums(files - sum(one.files for one in shown), size - sum(one.bytes for one in shown))
        if rest.files:
            has_more = len(heaviest) == _MOST_INSIDE
            lines.append(_Line(TOP, depth, rest, _HERE_AND_SMALLER if has_more else _HERE))
        for line in sorted(lines, key=lambda line: line.sums.bytes, reverse=True):
            yield line
            if line.folder in self._opened:
                yield from self._inside(line.folder, depth + 1)

    def _make_lines(self) -> None:
        here = self._here
        self._lines = list(self._inside(TOP, 0))
        if here and here.folder != TOP:  # the cursor stays with its folder
            at = (number for number, line in enumerate(self._lines) if line.folder == here.folder)
            self._cursor = next(at, self._cursor)
        self._cursor = max(min(self._cursor, len(self._lines) - 1), 0)
        size = Size(0, len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def _go_to(self, line: int) -> None:
        self._cursor = max(min(line, len(self._lines) - 1), 0)
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False)
        self.refresh()
