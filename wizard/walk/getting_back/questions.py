"""What is asked before files come back: which, where to, and what becomes of files that are there already."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.restore import order, stage, target
from wizard.restore.events import LATEST
from wizard.restore.order import Order
from wizard.storage import paths
from wizard.text import display
from wizard.text.language import N_, _
from wizard.walk.description import Alternative, OneOf, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.profile import Profile
    from wizard.restore.entries import Item
    from wizard.restore.events import Result
    from wizard.restore.order import Overwrite
    from wizard.restore.versions import Version
    from wizard.walk.description import Answers
    from wizard.walk.getting_back.wish import Wish

VERSION = N_("As it was on which day?")
NO_VERSIONS = N_("The server has no older version yet. It makes the first one after the next whole backup.")
IN_NO_VERSION = N_("No older version has it.")
FILES = N_("What do you want back?")
NOTHING_CHOSEN = N_("Select at least one file or folder.")
PLACE = N_("Where do you want the files?")
EXISTING = N_("What if a file is already there?")

NEW_FOLDER, IN_PLACE = "new-folder", "in-place"
_OVERWRITE: tuple[tuple[Overwrite, str, str], ...] = (
    ("never", N_("Keep the file that is there"), N_("Only files that are missing come back.")),
    ("if-newer", N_("Replace it if the backup's is newer"), N_("What you changed since then stays.")),
    ("if-changed", N_("Replace it if size or date differ"), N_("What you changed since then is lost.")),
    ("always", N_("Replace it if its content differs"), N_("As above, and every file is compared. This takes longer.")),
)


def version(wish: Wish, versions: Sequence[Version]) -> OneOf:
    """The backup as it is now, or as it was on one of these days."""
    days = (Alternative(one.id, as_it_was(one)) for one in versions)
    latest = Alternative(LATEST, _("The latest backup"))
    wanted = wish.version if wish.version in [one.id for one in versions] else LATEST
    return OneOf(id="version", label=_(VERSION), alternatives=(latest, *days), default=wanted)


def of_version(wish: Wish, answer: str) -> Wish:
    """The wish with that answer."""
    return msgspec.structs.replace(wish, version="" if answer == LATEST else answer)


def as_it_was(version: Version) -> str:
    """A version by its day; the time is told as well, since there may be two of a day after the clock was set."""
    return _("As it was on {day}, {time}").format(
        day=display.day(version.when), time=f"{version.when.astimezone():%H:%M}"
    )


def containing(found: Sequence[Version]) -> list[Alternative]:
    """The versions that have what was looked for, each with what it is like there."""
    return [Alternative(one.id, as_it_was(one), _about(one.item)) for one in found if one.item]


def _about(item: Item) -> str:
    if item.is_folder:
        return _("a folder")
    changed = f"{item.modified:%Y-%m-%d %H:%M}" if item.modified else "?"
    return _("{size}, changed {when}").format(size=display.size(item.size), when=changed)


def place(profile: Profile, wish: Wish, answers: Answers) -> Iterator[OneOf | Text]:
    """Where the files go; which folder, if it isn't where they came from."""
    alternatives = (
        Alternative(NEW_FOLDER, _("In a new folder"), _("Nothing that you have here changes.")),
        Alternative(IN_PLACE, _("Where they came from"), _("Each goes back into the folder that it was in.")),
    )
    chosen = IN_PLACE if wish.in_place else NEW_FOLDER
    yield OneOf(id="place", label=_(PLACE), alternatives=alternatives, default=chosen)
    if answers.get("place") == NEW_FOLDER:
        default = paths.shown(Path(wish.to)) if wish.to.startswith("/") else wish.to
        yield Text(id="to", label=_("Folder"), default=default, rule=partial(complaint, profile))


def placed(profile: Profile, wish: Wish, answers: Answers) -> Wish:
    """The wish with that decided.

    Raises:
        Failure: `NOT_IN_BACKUP` if something came from a folder that the backup no longer has; `DISK_NOT_CONNECTED` if
            its disk isn't there.
    """
    if answers["place"] == IN_PLACE:
        order.parts(profile, Order(wish.order.paths))
        return msgspec.structs.replace(wish, in_place=True)
    return msgspec.structs.replace(wish, in_place=False, to=meant(answers["to"]))


def meant(typed: str) -> str:
    """The folder that a person types."""
    return os.path.expanduser(typed)  # noqa: PTH111 - a Path would change it


def existing(wish: Wish) -> OneOf:
    """What becomes of files that are there already; nothing is ever deleted."""
    alternatives = tuple(Alternative(word, _(title), _(sentence)) for word, title, sentence in _OVERWRITE)
    return OneOf(id="existing", label=_(EXISTING), alternatives=alternatives, default=wish.overwrite)


def complaint(profile: Profile, typed: str) -> str | None:
    """Why files can't go into that folder."""
    folder = meant(typed)
    if not folder.startswith("/"):
        return _("Type the whole path of a folder. It starts with ~ or /.")
    if not folder.isprintable() or not folder.strip("/"):
        return _("Choose another folder, such as {folder}.").format(folder="~/Restored")
    folder = os.path.abspath(folder)  # noqa: PTH100 - as the person writes it
    if order.is_backed_up(profile, folder) and not order.is_usual(profile, folder):
        return _("That folder is backed up, so the restored files would be backed up again. Choose another one.")
    try:
        target.require(Path(folder), stage.Stage(profile.name, Path(folder), Order()).path)
    except Failure as failure:
        if failure.kind is Kind.FOLDER_MISSING:
            missing = display.printable(paths.shown(Path(failure.about)))
            return _("{folder} doesn't exist. If it is on a removable disk, plug the disk in.").format(folder=missing)
        told = trouble.explain(Failure(failure.kind, paths.shown(Path(failure.about))))
        return f"{told.what}. {told.to_do}"
    return None


def require_room(practice: Result) -> None:
    """See that what a practice run found has room, where it all goes to one disk.

    Raises:
        Failure: `NO_ROOM_HERE`.
    """
    to = practice.order.to
    if to and practice.bytes > target.room(target.nearest(Path(to))):
        raise Failure(Kind.NO_ROOM_HERE, to, str(practice.bytes))
