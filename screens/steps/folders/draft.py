"""What is ticked on the folders' screen, kept for the next visit to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.walk.descriptions import folders
from wizard.walk.descriptions.folders import Chosen

if TYPE_CHECKING:
    from wizard.profile import Profile


def begin(profile: Profile, kept: dict[str, str]) -> Chosen:
    """What was ticked at the last visit, or else what the profile says."""
    if not kept:
        return folders.at_first(profile)
    chosen = tuple(filter(None, kept["chosen"].split("\0")))
    return Chosen(chosen, frozenset(kept["presets"].split()), kept["own"], bool(kept["delete"]), bool(kept["disks"]))


def keep(chosen: Chosen, kept: dict[str, str]) -> None:
    """Note it down for the next visit."""
    kept |= {
        "chosen": "\0".join(chosen.folders),
        "presets": " ".join(chosen.presets),
        "own": chosen.own,
        "delete": "yes" if chosen.delete else "",
        "disks": "yes" if chosen.one_file_system else "",
    }
