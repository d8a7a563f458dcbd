"""One row of the folder tree: its arrow, its tick box, its name, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from wizard.client.folders.chosen_folders import Mark
from wizard.text.display import printable

if TYPE_CHECKING:
    from rich.style import Style

    from wizard.client.folders.folder_access import Folder

BOXES = {Mark.ON: "[✓]", Mark.OFF: "[ ]", Mark.PARTLY: "[–]", Mark.INSIDE: " ✓ "}
ARROWS = {True: "▾ ", False: "▸ "}
_LEAST_NAME = 8


@dataclass(frozen=True)
class Row:
    """All that a row shows; `is_open` is `None` where there is nothing to open, `mark` where there is no box."""

    folder: Folder
    title: str = ""
    word: str = ""
    beside: str = ""
    mark: Mark | None = Mark.OFF
    is_open: bool | None = False

    def text(self, width: int, plain: Style, quiet: Style, arrow: Style) -> Text:
        """The row on so many cells: a name that is too long is cut, and what is beside it stands at the right."""
        beside = Text(self.beside, style=quiet)
        name = Text(printable(self.title or self.folder.name), style=plain)
        if self.word:
            name.append(f"  {self.word}", style=quiet)
        elif self.folder.link_to:
            name.append(f" → {printable(self.folder.link_to)}", style=quiet)
        row = Text.assemble(
            ("  " if self.is_open is None else ARROWS[self.is_open], arrow),
            ("" if self.mark is None else f"{BOXES[self.mark]} ", quiet if self.mark is Mark.INSIDE else plain),
        )
        room = max(width - row.cell_len - beside.cell_len - 1, _LEAST_NAME)
        name.truncate(room, overflow="ellipsis", pad=True)
        return Text.assemble(row, name, (" ", plain), beside)
