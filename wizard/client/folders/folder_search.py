"""Finds a folder by a part of its name, below a folder that nobody has opened."""

from __future__ import annotations

import time
import unicodedata
from collections import deque
from typing import TYPE_CHECKING

from wizard.client.folders import folder_access
from wizard.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.folders.folder_access import Folder

_MOST_SECONDS = 3.0
_MOST_FOLDERS = 20_000


def first(top: str, text: str, is_wanted: Callable[[Folder], bool]) -> str:
    """The path of the folder that is nearest to the top, or an empty text: none, or too much to look through.

    It looks at no folder that is not wanted, and into none, nor behind links.
    """
    end, looked_at = time.monotonic() + _MOST_SECONDS, 0
    waiting = deque([top])
    while waiting:
        for folder in _inside(waiting.popleft()):
            looked_at += 1
            if looked_at > _MOST_FOLDERS or time.monotonic() >= end:
                return ""
            if is_wanted(folder):
                if plain(text) in plain(folder.name):
                    return folder.path
                if folder.readable and not folder.link_to:
                    waiting.append(folder.path)
    return ""


def plain(text: str) -> str:
    """A name as it is compared: macOS stores an accent as a character of its own (NFD)."""
    return unicodedata.normalize("NFC", text).casefold()


def _inside(path: str) -> list[Folder]:
    try:
        return folder_access.inside(path)
    except Failure:
        return []
