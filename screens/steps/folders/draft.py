"""What is ticked on the folders' screen: from a profile or from an unfinished visit, and into a profile again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from wizard.client.folders import exclude_presets, folder_access
from wizard.profile import with_delete

if TYPE_CHECKING:
    from wizard.profile import Profile


@dataclass(frozen=True)
class FoldersDraft:
    """The folders, the groups and the line of what is left out, and whether removals are followed."""

    chosen: tuple[str, ...]
    presets: frozenset[str]
    own: str
    delete: bool

    @classmethod
    def begin(cls, profile: Profile, kept: dict[str, str]) -> FoldersDraft:
        """What was ticked at the last visit, or else what the profile says; a new one begins with what is usual."""
        if kept:
            chosen = tuple(filter(None, kept["chosen"].split("\0")))
            return cls(chosen, frozenset(kept["presets"].split()), kept["own"], bool(kept["delete"]))
        presets, own = exclude_presets.split_presets(profile.exclude)
        if not profile.folders:
            presets |= exclude_presets.presets_at_first()
        chosen = profile.folders or folder_access.wanted_at_first()
        return cls(chosen, presets, exclude_presets.line(own), profile.delete)

    def keep(self, kept: dict[str, str]) -> None:
        """Note it down for the next visit."""
        kept |= {
            "chosen": "\0".join(self.chosen),
            "presets": " ".join(self.presets),
            "own": self.own,
            "delete": "yes" if self.delete else "",
        }

    def applied(self, profile: Profile) -> Profile:
        """The profile with this in it, and unchanged where it says the same; a line that can't be taken is empty."""
        own = () if exclude_presets.complaint(self.own) else exclude_presets.read_line(self.own)
        exclude = exclude_presets.patterns(self.presets, own)
        decided = msgspec.structs.replace(
            profile,
            folders=_unless_same(profile.folders, self.chosen),
            exclude=_unless_same(profile.exclude, exclude),
        )
        return with_delete(decided, self.delete)


def _unless_same(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    return before if sorted(before) == sorted(after) else after
