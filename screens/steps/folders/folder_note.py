"""What is worth knowing of the chosen folders, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.steps.folders import words
from screens.widgets.note import Note

if TYPE_CHECKING:
    from collections.abc import Sequence


class FolderNote(Note):
    """Says what matters most: a complaint, folders that are missing, files that can't be read, then the rest."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._complaint = ""
        self._missing: dict[str, str] = {}
        self._unreadable: Sequence[str] = ()
        self._mounts: Sequence[str] = ()
        self._idle: Sequence[str] = ()
        self._special = 0

    def complain(self, complaint: str) -> None:
        """Say why something can't be done; an empty text takes that back."""
        self._complaint = complaint
        self._show()

    def miss(self, path: str, why: str) -> None:
        """A chosen folder can't be backed up."""
        self._missing[path] = why
        self._show()

    def forget(self, path: str) -> None:
        """A folder is no longer chosen."""
        self._missing.pop(path, None)
        self._show()

    def count_anew(self) -> None:
        """Nothing is known yet of what will be backed up; what can't be read is told until it is counted again."""
        self._mounts, self._idle, self._special = (), (), 0
        self._show()

    def mounts(self, mounts: Sequence[str]) -> None:
        """Other disks go along."""
        self._mounts = mounts
        self._show()

    def unreadable(self, paths: Sequence[str]) -> None:
        """These can't be read."""
        self._unreadable = paths
        self._show()

    def counted(self, special: int, idle: Sequence[str]) -> None:
        """So many files are none that can be backed up, and these patterns exclude nothing."""
        self._special, self._idle = special, idle
        self._show()

    def _show(self) -> None:
        unreadable = [path for path in self._unreadable if path not in self._missing]
        if self._complaint:
            self.say(self._complaint, "bad")
        elif self._missing:
            self.say(" ".join(self._missing.values()), "warn")
        elif unreadable:
            self.say(words.unreadable(unreadable), "warn")
        else:
            self.say(words.worth_a_look(self._mounts, self._idle, self._special), "warn")
