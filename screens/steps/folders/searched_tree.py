"""The folders as a tree in which typing finds a name, below closed folders too."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from screens.steps.folders.folder_tree import FolderTree
from screens.work import Begin
from wizard.client.folders import folder_search
from wizard.client.process.background import in_background

if TYPE_CHECKING:
    from textual.events import Key

_COMMANDS = {"h"}  # letters that do something of their own, unless a name is being typed
_PAUSE_SECONDS = 0.2  # whoever types on wants another name


class SearchedTree(FolderTree):
    """Tells of each search by `Sought`."""

    @dataclass
    class Sought(Message):
        """So much of a name was typed, and whether such a folder was found by now; no text where that is over."""

        text: str
        is_found: bool = True
        is_over: bool = True

    _sought: str | None = None

    def on_key(self, event: Key) -> None:
        """A letter begins to look for a name, or goes on with it; any other key but Backspace ends that."""
        sought, sign = self._sought, event.character or ""
        if event.key == "backspace" and sought:
            self._seek(sought[:-1])
        elif event.key == "slash" and sought is None:
            self._seek("")
        elif event.is_printable and sign != " " and (sought is not None or sign not in _COMMANDS):
            self._seek((sought or "") + sign)
        elif sought is None:
            return
        else:
            self._sought = None
            self.post_message(self.Sought(""))
            if event.key != "escape":
                return
        event.stop()
        event.prevent_default()

    def _seek(self, text: str) -> None:
        self._sought = text
        start = max(self.cursor_line, 0)
        lines = [(start + step) % (self.last_line + 1) for step in range(self.last_line + 1)]
        found = next((line for line in lines if self._is_named(line, text)), None)
        if found is not None:
            self.move_cursor_to_line(found)
        self.post_message(self.Sought(text, is_found=found is not None, is_over=found is not None))
        Begin(self, "search", only=True)(self._search, text if found is None else "")

    async def _search(self, text: str) -> None:
        if not text:  # it replaces the search for what was typed before
            return
        await asyncio.sleep(_PAUSE_SECONDS)
        found = await in_background(lambda: folder_search.first(self._home.path, text, self._is_visible))
        if text == self._sought:
            if found:
                await self._show_way_to(found)
            self.post_message(self.Sought(text, is_found=bool(found)))

    def _is_named(self, line: int, text: str) -> bool:
        node = self.get_node_at_line(line)
        place = node.data if node else None
        return place is not None and folder_search.plain(text) in folder_search.plain(place.title or place.folder.name)
