"""Restores in place that were stopped: what they were to bring back may be in the backup and nowhere else."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.schemes.parts.over_ssh import RESTORE_FOLDER

if TYPE_CHECKING:
    from wizard.profile import Profile

NOTE = "about.json"
DIGITS = 8


def stage_name(backup: str, folder: Path) -> str:
    """The name of the folder in which files arrive that a restore of that backup puts into `folder`."""
    target = hashlib.sha256(os.fsencode(folder)).hexdigest()[:DIGITS]
    return f"{RESTORE_FOLDER}-{backup}.{target}"


def into(profile: Profile, deleted_since: float) -> list[str]:
    """The folders of the backup that one was to put files back into, if it is a backup that deletes.

    Whoever let a run delete after that, in seconds since when, was told and has agreed.
    """
    if not profile.delete:
        return []
    agreed = deleted_since if deleted_since <= time.time() else 0.0  # the clock was wrong then
    return [folder for folder in profile.folders if _begun(profile.name, Path(folder)) > agreed]


def _begun(backup: str, folder: Path) -> float:
    """When it was begun or last went on; 0 where there is none."""
    name = stage_name(backup, folder)
    return max(_of_ours(around / name / NOTE) for around in (folder.parent, folder))


def _of_ours(note: Path) -> float:
    try:
        found = note.lstat()
    except OSError:
        return 0.0
    return found.st_mtime if found.st_uid == os.geteuid() else 0.0
