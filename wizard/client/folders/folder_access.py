"""The folders of this computer: where to look for them, what is in one, and those that most people want kept."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client.folders import chosen_folders
from wizard.failure import Failure, Kind
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DISKS = ("/media/*", "/media/*/*", "/run/media/*/*", "/mnt", "/mnt/*", "/Volumes/*")
_NO_FILES = {"/proc", "/sys", "/dev"}  # the kernel's own views, whose files have no real size
_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_MAIL = {
    ".thunderbird": N_("Thunderbird’s mail"),
    ".var/app/org.mozilla.Thunderbird/.thunderbird": N_("Thunderbird’s mail"),
    "snap/thunderbird/common/.thunderbird": N_("Thunderbird’s mail"),
    ".local/share/evolution": N_("Evolution’s mail"),
    "Library/Thunderbird": N_("Thunderbird’s mail"),
    "Library/Mail": N_("your mail"),
}


class Folder(msgspec.Struct, frozen=True):
    """A folder in a list; `link_to` is where a symbolic link leads, and empty for a folder proper."""

    path: str
    link_to: str = ""
    readable: bool = True

    @property
    def name(self) -> str:
        """Its last name, or the slash."""
        return Path(self.path).name or self.path

    @property
    def hidden(self) -> bool:
        """Whether its name begins with a dot."""
        return self.name.startswith(".")


def is_there(path: str) -> bool:
    """Whether there is a folder of that path, as far as we are let see."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def require(path: str) -> None:
    """See that the folder is there and can be listed.

    Raises:
        Failure: `FOLDER_MISSING`, `FOLDER_IS_FILE` or `FOLDER_UNREADABLE`.
    """
    with _told(path), os.scandir(path):
        pass


def inside(path: str) -> list[Folder]:
    """The folders in a folder, in the order of their names.

    Raises:
        Failure: as for `require`.
    """
    with _told(path), os.scandir(path) as entries:
        found = [_folder(entry) for entry in entries if entry.path not in _NO_FILES and _is_folder(entry)]
    return sorted(found, key=lambda folder: (folder.name.casefold(), folder.name))


def at_home() -> tuple[str, ...]:
    """The folders in the home folder that a person sees there: no hidden ones, and no links."""
    try:
        found = inside(str(Path.home()))
    except Failure:
        return ()
    return tuple(folder.path for folder in found if not folder.hidden and not folder.link_to)


def disks() -> list[str]:
    """Disks and network folders that are mounted where people look for them."""
    found = {str(path) for pattern in _DISKS for path in Path("/").glob(pattern[1:]) if os.path.ismount(path)}
    return sorted(found)


def mounts_inside(folders: Iterable[str]) -> tuple[str, ...]:
    """The disks and network folders that are mounted inside these folders, as far as the system lists them."""
    around = tuple(f"{folder.rstrip('/')}/" for folder in folders)
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:  # other systems than Linux have no such list
        return ()
    mounted = {os.fsdecode(_OCTAL.sub(lambda code: bytes([int(code[1], 8)]), line.split()[4])) for line in lines}
    return tuple(sorted(path for path in mounted if path.startswith(around)))


def disks_inside(folder: str) -> dict[str, bool]:
    """What is mounted inside a folder, by the path from there, and whether it is empty; nothing that can't be read."""
    top, found = os.path.realpath(folder), dict[str, bool]()
    for mount in mounts_inside([top]):
        with contextlib.suppress(OSError):
            found[os.path.relpath(mount, top)] = is_empty(mount)
    return found


def is_empty(folder: str) -> bool:
    """Whether there is nothing in a folder.

    Raises:
        OSError: it can't be listed.
    """
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def top_of(tops: list[str], path: str) -> str:
    """The nearest of some places that a folder is in or is itself."""
    around = [top for top in tops if top == path or chosen_folders.around((top,), path)]
    return max(around, key=len, default="/")


def out_of_reach(chosen: tuple[str, ...], tops: list[str]) -> list[str]:
    """Those that can't be come by from folder to folder: they are not there, or lie behind a symbolic link."""
    return [path for path in chosen if not is_there(path) or _lies_behind_link(path, top_of(tops, path))]


def usual() -> dict[str, str]:
    """The usual folders that exist, by whatever name they bear here, each with a word where the name says little."""
    import platformdirs

    return _usually_wanted() | _there({platformdirs.user_downloads_dir(): ""})


def wanted_at_first() -> tuple[str, ...]:
    """The folders that a new backup begins with; the home folder where there is none of the usual ones."""
    chosen: tuple[str, ...] = ()
    for folder in _usually_wanted():
        if not chosen_folders.around(chosen, folder):
            chosen = chosen_folders.tick(chosen, folder)
    return chosen or tuple(folder for folder in [str(Path.home())] if folder != "/")


def _usually_wanted() -> dict[str, str]:
    import platformdirs

    home = Path.home()
    named_alike = [
        platformdirs.user_documents_dir(),
        platformdirs.user_desktop_dir(),
        platformdirs.user_pictures_dir(),
        platformdirs.user_music_dir(),
        platformdirs.user_videos_dir(),
    ]
    return _there(dict.fromkeys(named_alike, "") | {str(home / path): _(word) for path, word in _MAIL.items()})


def _there(found: dict[str, str]) -> dict[str, str]:
    # xdg-user-dirs names the home folder for a usual folder that was turned off.
    return {path: word for path, word in found.items() if Path(path) != Path.home() and is_there(path)}


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except NotADirectoryError as error:
        kind = Kind.FOLDER_IS_FILE if os.path.lexists(path) else Kind.FOLDER_MISSING
        raise Failure(kind, path, str(error)) from None
    except FileNotFoundError as error:
        raise Failure(Kind.FOLDER_MISSING, path, str(error)) from None
    except OSError as error:
        raise Failure(Kind.FOLDER_UNREADABLE, path, str(error)) from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link that leads back to itself
        return False


def _folder(entry: os.DirEntry[str]) -> Folder:
    link_to = str(Path(entry.path).readlink()) if entry.is_symlink() else ""
    return Folder(entry.path, link_to, os.access(entry.path, os.R_OK | os.X_OK))


def _lies_behind_link(path: str, top: str) -> bool:
    way = chosen_folders.parents(path) - chosen_folders.parents(top) - {top}
    return any(Path(folder).is_symlink() for folder in way)
