"""The folder that files are restored to: whether it can be written to, and how much room there is."""

from __future__ import annotations

import os
from pathlib import Path

from wizard.failure import Failure, Kind
from wizard.running import record

# Where a folder is missing right in one of these, a disk is: what went there would fill another one.
_DISKS_APPEAR_IN = {"/", "/home", "/media", "/mnt", "/run/media", "/Volumes"}


def require(folder: Path, stage: Path) -> Path:
    """See that there is a way to write to a folder; returns the one that is there already around its stage.

    Raises:
        Failure: `FILE_EXISTS`, `FOLDER_MISSING` where a disk is not there, or `FOLDER_READ_ONLY`.
    """
    around = nearest(stage.parent)
    if os.path.lexists(folder) and not folder.is_dir():
        raise Failure(Kind.FILE_EXISTS, str(folder))
    if str(around) in _DISKS_APPEAR_IN and around != folder.parent:
        raise Failure(Kind.FOLDER_MISSING, str(folder.parent))
    for written in (around, *([folder] if folder.exists() else [])):
        if not os.access(written, os.W_OK | os.X_OK) or os.statvfs(written).f_flag & os.ST_RDONLY:
            raise Failure(Kind.FOLDER_READ_ONLY, str(written))
    return around


def require_disk(name: str, folder: str) -> None:
    """See that the disk is there that a folder of that backup was on at its last run.

    Without its disk, a mount point is a folder like any other: what went there would fill the disk around it, and be
    out of sight once the disk is back.

    Raises:
        Failure: `DISK_NOT_CONNECTED`.
    """
    source = record.read(name).sources.get(folder)
    if source and not os.path.ismount(source.mount):
        raise Failure(Kind.DISK_NOT_CONNECTED, source.mount)


def nearest(path: Path) -> Path:
    """A folder, or the nearest around it that is there."""
    return next((one for one in (path, *path.parents) if one.exists()), Path("/"))


def room(folder: Path) -> int:
    """How many bytes have room on the disk of a folder."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize
