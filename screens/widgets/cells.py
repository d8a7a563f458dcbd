"""Texts in the room there is for them."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

_BLOCKS = " ▏▎▍▌▋▊▉█"


def shortened(text: str, width: int) -> str:
    """The text without its middle where it is too long: the end of a path says most."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return set_cell_size("…", max(width, 0))
    head = set_cell_size(text, (width - 1) // 3).rstrip()
    room = width - 1 - cell_len(head)
    tail = text[-room:]
    while cell_len(tail) > room:
        tail = tail[1:]
    return f"{head}…{tail}"


def filled(text: str, width: int) -> str:
    """The text, cut or filled up with blanks to that many cells."""
    return set_cell_size(shortened(text, width), width)


def bar(share: float, width: int) -> str:
    """A bar whose length is a share, from 0 to 1, of that many cells; the least share can still be seen."""
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    full, rest = divmod(min(eighths, width * 8), 8)
    return f"{'█' * full}{_BLOCKS[rest] if rest else ''}".ljust(width)
