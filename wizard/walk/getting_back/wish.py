"""What a person wants back, as far as they have said: kept until it is there, also where the wizard is killed."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure
from wizard.restore import order, stage
from wizard.restore.order import Order, Overwrite
from wizard.storage import state_files
from wizard.walk.getting_back.ticks import ALL

if TYPE_CHECKING:
    from wizard.profile import Profile

_FILE = "wanted-back.json"


class Wish(msgspec.Struct, frozen=True):
    """What is ticked in the backup (`ALL` for all of it), where it goes, and what becomes of files that are there.

    `to` is the folder as it was typed. `version` is the id of the older version that they are of, if it is one.
    """

    paths: tuple[str, ...] = ()
    in_place: bool = False
    to: str = ""
    overwrite: Overwrite = "never"
    version: str = ""

    @property
    def folder(self) -> str:
        """The folder by its whole path; an empty text where files go where they came from."""
        if self.in_place or not self.to:
            return ""
        return os.path.abspath(os.path.expanduser(self.to))  # noqa: PTH100, PTH111 - as the person writes it

    @property
    def meets_files(self) -> bool:
        """Whether there may be files already where it goes."""
        try:
            return self.in_place or (bool(self.folder) and any(Path(self.folder).iterdir()))
        except OSError:  # it isn't there, or can't be looked into
            return False

    @property
    def order(self) -> Order:
        """The same for a restore."""
        paths = () if ALL in self.paths else tuple(sorted(self.paths))
        return Order(paths, self.folder, self.overwrite, self.version)


def kept(profile: Profile) -> Wish:
    """What was wanted last and is not there yet; a folder that was proposed, and is not begun, is proposed anew."""
    saved = state_files.load(profile.name, _FILE, Wish, Wish())
    version = saved.version if profile.versions.are_kept else ""
    wish = msgspec.structs.replace(saved, paths=tuple(map(_as_path, saved.paths)), version=version)
    return wish if wish.to else msgspec.structs.replace(wish, to=usual_folder(profile))


def usual_folder(profile: Profile) -> str:
    """A new folder at home; or one that an earlier restore has not finished."""
    begun = [one.to for one in stage.unfinished(profile.name, Path.home()) if order.is_usual(profile, one.to)]
    return begun[0] if begun else str(order.new_folder(profile, datetime.now().astimezone().date()))


def keep(profile: Profile, wish: Wish) -> None:
    """Keep it; on a full disk it is kept for as long as the wizard runs."""
    to = "" if wish.to == usual_folder(profile) else wish.to
    saved = msgspec.structs.replace(wish, paths=tuple(map(_as_text, wish.paths)), to=to)
    with contextlib.suppress(Failure):
        state_files.save(profile.name, _FILE, saved, lasting=False)


def forget(profile: Profile) -> None:
    """It is there: keep it no more."""
    with contextlib.suppress(Failure):
        state_files.forget(profile.name, _FILE)


def _as_text(path: str) -> str:
    """A path whose bytes may be no UTF-8, in letters that JSON takes."""
    return os.fsencode(path).decode("latin-1")


def _as_path(text: str) -> str:
    return os.fsdecode(text.encode("latin-1", "replace"))
