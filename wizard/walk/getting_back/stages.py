"""What one goes through to get files back, in order."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from wizard.schemes import reading
from wizard.text.language import N_

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.walk.getting_back.wish import Wish


class Stage(StrEnum):
    """One question, or one thing that is done."""

    ADMIN = auto()
    VERSION = auto()
    FILES = auto()
    PLACE = auto()
    EXISTING = auto()
    PRACTICE = auto()
    RESTORE = auto()


TITLES = {
    Stage.ADMIN: N_("Ask your admin"),
    Stage.VERSION: N_("Which day"),
    Stage.FILES: N_("Files"),
    Stage.PLACE: N_("Where to"),
    Stage.EXISTING: N_("Existing files"),
    Stage.PRACTICE: N_("Practice run"),
    Stage.RESTORE: N_("Restore"),
}


def applicable(profile: Profile, wish: Wish) -> list[Stage]:
    """Those that this backup, and what is wanted of it, lead through."""
    left_out = set()
    if not reading.is_needed(profile):
        left_out.add(Stage.ADMIN)
    if not _has_versions(profile):
        left_out.add(Stage.VERSION)
    if not wish.meets_files:
        left_out.add(Stage.EXISTING)
    return [one for one in Stage if one not in left_out]


def _has_versions(profile: Profile) -> bool:
    """Whether older versions are kept, and read by whatever the backup itself is read by."""
    return profile.versions.are_kept and reading.is_needed(profile) == reading.is_needed(profile, versions=True)
