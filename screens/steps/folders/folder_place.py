"""A folder's place in the tree, and the places at its top."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from screens.steps.folders import words
from wizard.client.folders import chosen_folders, folder_access
from wizard.client.folders.folder_access import Folder
from wizard.storage import paths
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode
    from textual.worker import Worker


@dataclass
class Place:
    """A folder, with those in it once they were read; `state` is what is wrong with it or still goes on.

    `reading` is the work that reads it, once it was begun.
    """

    folder: Folder
    title: str = ""
    state: str = ""
    opened: bool = False
    reading: Worker[None] | None = field(default=None, repr=False)
    inside: list[Place] | None = None
    node: TreeNode[Place] | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The folder's path."""
        return self.folder.path

    @property
    def can_open(self) -> bool:
        """Whether there may be folders to be shown in it."""
        return self.folder.readable and not self.folder.link_to and not self.state


def home() -> Place:
    """The home folder, open."""
    return Place(Folder(str(Path.home())), _("Your home folder"), opened=True)


def around(home: Place, chosen: tuple[str, ...]) -> tuple[list[Place], set[str]]:
    """All that stands at the top of the tree, and what has to be opened so that every chosen folder is seen.

    A chosen folder that can't be reached by opening others (it is gone, or behind a link) stands there itself.
    """
    disks = folder_access.disks()
    tops = [home.path, *disks]
    lost = folder_access.out_of_reach(chosen, tops)
    to_open: set[str] = set()
    for path in set(chosen) - set(lost):
        top = folder_access.top_of(tops, path)
        to_open |= {top, *chosen_folders.parents(path)} - chosen_folders.parents(top) - {path}
    return [
        *(_lost(path) for path in lost),
        home,
        *(Place(Folder(path), _("Disk “{name}”").format(name=Path(path).name)) for path in disks if path not in lost),
        Place(Folder("/"), _("The whole computer")),
    ], to_open


def _lost(path: str) -> Place:
    return Place(Folder(path), paths.shown(Path(path)), "" if folder_access.is_there(path) else words.MISSING)
