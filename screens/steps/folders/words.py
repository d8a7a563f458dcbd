"""What the folders' screen says of folders: why one can't be ticked, what is wrong with it, and how much there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard import display, paths, rules, trouble
from wizard.client.folders import chosen_folders
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.folders.backup_size import BackupSize
    from wizard.client.folders.folder_access import Folder
    from wizard.client.folders.folder_sizes import Size

UNREADABLE = "can’t be read"
MISSING = "is not there"
_NAMED = 2


def in_short(failure: Failure) -> str:
    """What is wrong with a folder, in the room beside its name."""
    return MISSING if failure.kind is Kind.FOLDER_MISSING else UNREADABLE


def in_full(failure: Failure) -> str:
    """What is wrong with a folder, and what to do."""
    explained = trouble.explain(Failure(failure.kind, paths.shown(Path(failure.about)), failure.raw))
    return f"{explained.what}. {explained.to_do}"


def why_not(chosen: tuple[str, ...], folder: Folder) -> str:
    """Why a folder can't be ticked, or an empty text if it can."""
    name = display.printable(folder.name)
    if around := chosen_folders.around(chosen, folder.path):
        if folder.link_to:
            return f"“{name}” is a link: the backup keeps the link alone. Tick the folder that it leads to."
        whole = "your home folder" if around == str(Path.home()) else f"“{display.printable(Path(around).name)}”"
        return f"“{name}” goes along with {whole}: to leave it out, clear {whole} and tick what you want in it."
    if not folder.readable:
        return f"“{name}” can’t be read by you, so it can’t be backed up."
    try:
        folder.path.encode()
    except UnicodeEncodeError:
        return f"“{name}” can’t be ticked because of the signs in its name: tick the folder around it."
    return rules.folder(folder.path) or ""


def size(measured: Size) -> str:
    """How much is in a folder."""
    return display.size(measured.bytes) if measured.files else "empty"


def amount(counted: BackupSize) -> str:
    """How much is in a backup."""
    return f"{display.entries(counted.entries)}, {display.size(counted.bytes)},"


def unreadable(unread: Sequence[str]) -> str:
    """That these will be missing from the backup."""
    shown = [display.printable(paths.shown(Path(path))) for path in unread[:_NAMED]]
    more = f" and {len(unread) - len(shown)} more" if len(unread) > len(shown) else ""
    return f"{', '.join(shown)}{more} {UNREADABLE}, and won’t be in the backup."
