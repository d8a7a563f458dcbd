"""What is to be restored, and where to: from what a person says to places in the backup and on this computer."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from wizard import backup_layout
from wizard.client.folders import links
from wizard.failure import Failure, Kind
from wizard.restore import target
from wizard.storage import paths

if TYPE_CHECKING:
    from datetime import date

    from wizard.profile import Profile

Overwrite = Literal["never", "if-newer", "if-changed", "always"]


class Order(msgspec.Struct, frozen=True):
    """What is wanted back: files and folders by their paths in the backup, or all of it where there is none.

    `to` is the folder they go into, each at its place in the backup; where it is empty, they go where they came from.
    `overwrite` is what becomes of files that are there already, in restic's words: nothing (`never`); they are replaced
    by what is newer (`if-newer`), by what has another size or time (`if-changed`), or by whatever has another content
    (`always`). Nothing is ever removed. `version` is the id of the older version that they are of.
    """

    paths: tuple[str, ...] = ()
    to: str = ""
    overwrite: Overwrite = "if-changed"
    version: str = ""


class Part(msgspec.Struct, frozen=True):
    """What goes into one folder here: `paths` of the backup, of which `place` is the part that becomes the folder.

    `links` is a folder in which the folder has its place's name, where its own is another (`client/folders/links.py`).
    """

    folder: Path
    place: str
    paths: tuple[str, ...]
    links: Path | None = None

    @property
    def top(self) -> Path:
        """The folder here that is to the backup's top what the folder is to its place."""
        return self.links or Path(str(self.folder).removesuffix(self.place) or "/")


def parts(profile: Profile, order: Order) -> list[Part]:
    """What goes where.

    Raises:
        Failure: `NOT_IN_BACKUP` if a path came from none of the backup's folders, so that there is no way back for it;
            `DISK_NOT_CONNECTED` if the disk isn't there that one came from.
    """
    if order.to:
        return [Part(Path(order.to), "", order.paths)]
    places = profile.places
    links.ensure(profile)
    renamed = backup_layout.renamed(places)
    wanted = order.paths or tuple(places.values())
    for path in wanted:
        if not any(_is_in(path, place) or _is_in(place, path) for place in places.values()):
            raise Failure(Kind.NOT_IN_BACKUP, path)
    found = []
    for folder, place in places.items():
        # A folder around it stands for all of it.
        inside = {
            place if _is_in(place, path) else path for path in wanted if _is_in(path, place) or _is_in(place, path)
        }
        if inside:
            around = paths.links(profile.name) if place in renamed else None
            target.require_disk(profile.name, folder)
            found.append(Part(Path(folder), place, tuple(sorted(inside)), around))
    return found


def in_backup(profile: Profile, text: str) -> tuple[str, ...]:
    """The paths in the backup of what a person names: as it is on this computer, or as in the backup.

    Raises:
        Failure: `NOT_IN_BACKUP` if it can't be in it.
    """
    places = profile.places
    if text.startswith(("/", "~")):
        return _of_path(profile, os.path.normpath(os.path.expanduser(text)))  # noqa: PTH111 - a Path drops a last slash
    named = os.path.normpath(text)
    if named.startswith("..") or named == ".":
        return _of_path(profile, os.path.normpath(Path.cwd() / named))
    if not any(_is_in(named, place) or _is_in(place, named) for place in places.values()):
        here = os.path.normpath(Path.cwd() / named)
        if _at(places, here):
            return _of_path(profile, here)
    return (named,)


def new_folder(profile: Profile, today: date) -> Path:
    """A folder at home that is not there yet."""
    usual = f"{_usual(profile)}{today:%Y-%m-%d}"
    numbered = (f"{usual} {number}" for number in range(2, 1000))
    return Path(next(one for one in chain([usual], numbered) if not os.path.lexists(one)))


def is_backed_up(profile: Profile, folder: str) -> bool:
    """Whether a folder is one of those that are backed up, or inside one."""
    return any(_is_in(os.path.realpath(folder), os.path.realpath(source)) for source in profile.folders)


def is_usual(profile: Profile, folder: str) -> bool:
    """Whether it is such a new folder."""
    return folder.startswith(_usual(profile))


def _usual(profile: Profile) -> str:
    return f"{Path.home()}/Restored from {profile.name} "


def _of_path(profile: Profile, path: str) -> tuple[str, ...]:
    places = profile.places
    found = _at(places, path) or _at(places, os.path.realpath(path))
    if not found:
        raise Failure(Kind.NOT_IN_BACKUP, path)
    return found


def _at(places: dict[str, str], path: str) -> tuple[str, ...]:
    """Where a path of this computer is in the backup; for a folder around several of its folders, all of them."""
    for folder, place in places.items():
        if _is_in(path, folder):
            return (f"{place}{path[len(folder.rstrip('/')) :]}",)
    return tuple(place for folder, place in places.items() if _is_in(folder, path))


def _is_in(path: str, folder: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")
