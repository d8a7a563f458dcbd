"""What the folders' screen says of folders: why one can't be ticked, what is wrong with it, and how much there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard import rules, trouble
from wizard.client.folders import chosen_folders
from wizard.failure import Failure, Kind
from wizard.storage import paths
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.folders.backup_size import BackupSize
    from wizard.client.folders.folder_access import Folder
    from wizard.client.folders.folder_sizes import Size

IS_FILE = _("a file")
UNREADABLE = _("can't be read")
MISSING = _("not found")
_NAMED = 2


def in_short(failure: Failure) -> str:
    """What is wrong with a folder, in the room beside its name."""
    return {Kind.FOLDER_MISSING: MISSING, Kind.FOLDER_IS_FILE: IS_FILE}.get(failure.kind, UNREADABLE)


def in_full(failure: Failure) -> str:
    """What is wrong with a folder, and what to do."""
    explained = trouble.explain(Failure(failure.kind, paths.shown(Path(failure.about)), failure.raw))
    return f"{explained.what}. {explained.to_do}"


def why_not(chosen: tuple[str, ...], folder: Folder) -> str:
    """Why a folder can't be ticked, or an empty text if it can."""
    name = display.printable(folder.name)
    if around := chosen_folders.around(chosen, folder.path):
        if folder.link_to:
            return _("“{name}” is a link: the backup has only the link. Select the folder it points to.").format(
                name=name
            )
        if around == str(Path.home()):
            return _(
                "“{name}” is included with your home folder. To skip it, clear your home folder and select what you"
                " want in it."
            ).format(name=name)
        return _(
            "“{name}” is included with “{parent}”. To skip it, clear “{parent}” and select what you want in it."
        ).format(name=name, parent=display.printable(Path(around).name))
    if not folder.readable:
        return _("You can't read “{name}”, so it can't be backed up.").format(name=name)
    try:
        folder.path.encode()
    except UnicodeEncodeError:
        return _("The name “{name}” has characters that the wizard can't use. Select its parent folder.").format(
            name=name
        )
    return rules.folder(folder.path) or ""


def size(measured: Size) -> str:
    """How much is in a folder."""
    return display.size(measured.bytes) if measured.files else _("empty")


def amount(counted: BackupSize) -> str:
    """How much is in a backup."""
    return _("{entries} ({size})").format(entries=display.entries(counted.entries), size=display.size(counted.bytes))


def idle(patterns: Sequence[str]) -> str:
    """That these patterns of the person's own exclude nothing."""
    named = ", ".join(f"“{display.printable(one)}”" for one in patterns[:_NAMED])
    told = ngettext(
        "{names} excludes nothing. Check how it is written.",
        "{names} exclude nothing. Check how they are written.",
        len(patterns),
    )
    return told.format(names=named)


def other_disks(mounts: Sequence[str]) -> str:
    """That these go along, and how they can be skipped."""
    named = ", ".join(display.printable(paths.shown(Path(path))) for path in mounts[:_NAMED])
    more = len(mounts) - _NAMED
    if more > 0:
        named = ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=named, count=more)
    return _("Other disks inside are included: {names}. F2 lets you skip them.").format(names=named)


def special(count: int) -> str:
    """That these are no files that can be backed up."""
    return ngettext(
        "{count} device is skipped: it is no real file.", "{count} devices are skipped: they are no real files.", count
    ).format(count=count)


def worth_a_look(mounts: Sequence[str], idle_patterns: Sequence[str], special_count: int) -> str:
    """What of that matters most, or an empty text."""
    if mounts:
        return other_disks(mounts)
    if idle_patterns:
        return idle(idle_patterns)
    return special(special_count) if special_count else ""


def unreadable(unread: Sequence[str]) -> str:
    """That these will be missing from the backup."""
    shown = ", ".join(display.printable(paths.shown(Path(path))) for path in unread[:_NAMED])
    if more := len(unread) - _NAMED if len(unread) > _NAMED else 0:
        told = ngettext(
            "You can't read {paths} and {count} more. They won't be in the backup.",
            "You can't read {paths} and {count} more. They won't be in the backup.",
            more,
        )
        return told.format(paths=shown, count=more)
    return _("You can't read {paths}, so it won't be in the backup.").format(paths=shown)
