"""How the last run of a backup ended, and when one last came to a good end."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Self

import msgspec

from wizard.client.folders import folder_access
from wizard.storage import state_files
from wizard.text import display
from wizard.text.language import N_, _, ngettext

if TYPE_CHECKING:
    from wizard.profile import Profile

_FILE = "last-run.json"
_MOST_FOLDERS = 3

LastResult = Literal["done", "incomplete", "unfinished", "failed"]

_LATER: dict[LastResult, str] = {
    "unfinished": N_("The backup of {time} didn't finish"),
    "incomplete": N_("The backup of {time} skipped some files"),
    "failed": N_("The backup of {time} failed"),
}


class Source(msgspec.Struct, frozen=True):
    """What a folder was like when it was backed up: where the disk that it is on is mounted, and whether it was empty.

    A device's number would tell the disk as well, but can change whenever the computer starts. `inside` are the disks
    that were mounted in the folder, by the path from there, and whether each was empty.
    """

    mount: str
    is_empty: bool
    inside: dict[str, bool] = {}

    @classmethod
    def at(cls, folder: str) -> Self:
        """What it is like now.

        Raises:
            OSError: it can't be listed.
        """
        place = os.path.realpath(folder)
        while not os.path.ismount(place):
            place = os.path.dirname(place)  # noqa: PTH120
        return cls(place, folder_access.is_empty(folder), folder_access.disks_inside(folder))


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Times are in UTC; `place` is where the last good run went, so that another place is a first backup again.

    `ended_at` is where the last run went that came to its end, whether or not it was a good one. `began_empty_at` is
    where nothing was before the first run of this record.

    A run is unfinished from its start to its end, so that one which was killed stays so; `why` is what made one fail.
    `good_since` is when the last good run began, in seconds. `unread` files could not be read in the last run, and
    `sources` and `entries` are what the last run that came to its end found here. `cut` are files, with their sizes,
    that were being sent when the runs since then lost their connection. A backup that was `adopted` was another
    computer's before, and has `caught_up` once a good run has deleted from it what is not on this computer.
    `deleted_since` is when the last such run began, and `begun` when the first of all did, in seconds. `unnoticed` are
    files that look as before and may be otherwise in the backup (`comparing/unnoticed.py`), by their places there.
    """

    last: datetime | None = None
    result: LastResult = "done"
    why: str = ""
    last_good: datetime | None = None
    place: str = ""
    ended_at: str = ""
    began_empty_at: str = ""
    good_since: float = 0.0
    unread: int = 0
    sources: dict[str, Source] = {}
    entries: int = 0
    cut: dict[str, int] = {}
    adopted: bool = False
    caught_up: bool = False
    deleted_since: float = 0.0
    begun: float = 0.0
    unnoticed: tuple[str, ...] = ()


def read(name: str) -> Record:
    """What is kept of the backup's runs; what can't be read is as if there had been none."""
    return state_files.load(name, _FILE, Record, Record())


def here(profile: Profile) -> Record:
    """What is kept, without a last good run that went to another place than where this backup goes now."""
    return without_elsewhere(read(profile.name), profile)


def without_elsewhere(kept: Record, profile: Profile) -> Record:
    """What `here` returns, of a record that was read already."""
    if kept.last_good is None or kept.place == _place(profile):
        return kept
    return msgspec.structs.replace(kept, last_good=None, good_since=0.0, unnoticed=())


def never_sent(kept: Record, profile: Profile) -> tuple[str, ...]:
    """The folders that the last run which came to its end didn't have yet, if it went where this backup goes now.

    Of a record from before folders were kept, that isn't known.
    """
    if not kept.sources or kept.ended_at != _place(profile):
        return ()
    known = {folder.rstrip("/") for folder in kept.sources}  # one that is only written otherwise is no new one
    return tuple(folder for folder in profile.folders if folder.rstrip("/") not in known)


def is_first(profile: Profile) -> bool:
    """Whether no backup has come to a good end yet where this one goes."""
    return here(profile).last_good is None


def has_nothing_there(profile: Profile) -> bool:
    """Whether no run to where this one goes has come to its end, this computer's or that of the one before it.

    Then a part of a file can't take the place of a better one.
    """
    kept = read(profile.name)
    if kept.last_good is None and (kept.adopted or (kept.sources and not kept.ended_at)):  # it wasn't always kept
        return False
    place = _place(profile)
    return is_first(profile) and kept.ended_at != place and kept.began_empty_at == place


def is_fresh(profile: Profile) -> bool:
    """Whether no backup was ever begun, by this computer or the one before it."""
    kept = read(profile.name)
    return kept.last is None and not kept.adopted


def is_place_known(profile: Profile) -> bool:
    """Whether it is known what was where the backup goes, before any run of this record went there."""
    kept, place = read(profile.name), _place(profile)
    return kept.adopted or place in {kept.place, kept.ended_at, kept.began_empty_at}


def note_empty(profile: Profile) -> None:
    """Keep that nothing is where the backup goes yet.

    Raises:
        Failure: our folder can't be written to.
    """
    kept = read(profile.name)
    state_files.save(profile.name, _FILE, msgspec.structs.replace(kept, began_empty_at=_place(profile)))


def note_adopted(name: str) -> None:
    """Keep that another computer has made the backup until now.

    Raises:
        Failure: our folder can't be written to.
    """
    state_files.save(name, _FILE, msgspec.structs.replace(read(name), adopted=True, caught_up=False))


def unchanged_since(profile: Profile) -> float:
    """What was last changed before that time went into a good backup as it is now; 0 where there was none."""
    return 0.0 if is_first(profile) else read(profile.name).good_since


def note(
    profile: Profile,
    result: LastResult,
    *,
    since: float = 0.0,
    sources: dict[str, Source] | None = None,
    entries: int | None = None,
    why: str = "",
    unread: int = 0,
    cut: dict[str, int] | None = None,
    unnoticed: tuple[str, ...] | None = None,
) -> None:
    """Keep how a run ended; and, where it came to its end, when it began and what it found here (`sources`).

    Raises:
        Failure: our folder can't be written to.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    kept = read(profile.name)
    changed = msgspec.structs.replace(
        kept,
        last=now,
        result=result,
        why=why,
        begun=kept.begun or time.time(),
        unread=unread,
        sources=kept.sources if sources is None else sources,
        ended_at=kept.ended_at if sources is None else _place(profile),
        entries=kept.entries if entries is None else entries,
        cut=cut or ({} if sources is not None else kept.cut),
        unnoticed=kept.unnoticed if unnoticed is None else unnoticed,
    )
    if result == "done":
        has_deleted = profile.delete and not unread  # with files unread, rsync deletes nothing
        changed = msgspec.structs.replace(
            changed,
            last_good=now,
            place=_place(profile),
            good_since=since,
            caught_up=kept.caught_up or has_deleted,
            deleted_since=since if has_deleted else kept.deleted_since,
        )
    state_files.save(profile.name, _FILE, changed)


def in_words(profile: Profile) -> str:
    """When there was a good run to where the backup goes now, and whether a later one was none."""
    kept = here(profile)
    if kept.last is None or (kept.result == "done" and kept.last_good is None):
        return _("No backup yet")
    good = (
        _("Last good backup: {time}").format(time=local(kept.last_good)) if kept.last_good else _("No good backup yet")
    )
    if kept.result == "done":
        if kept.unread:
            note = ngettext(
                "{good}, except {count} file that couldn't be read",
                "{good}, except {count} files that couldn't be read",
                kept.unread,
            )
            good = note.format(good=good, count=display.number(kept.unread))
        return f"{good}. {about_unnoticed(kept)}" if kept.unnoticed else good
    return f"{good}. {_(_LATER[kept.result]).format(time=local(kept.last))}"


def about_unnoticed(kept: Record) -> str:
    """That files may have changed and could not be sent, or an empty text."""
    if not kept.unnoticed:
        return ""
    told = ngettext(
        "{count} file may have changed without a new date, and be older in the backup: {name}. Save it with a"
        " new date.",
        "{count} files may have changed without a new date, and be older in the backup: {name} and others. Save them"
        " with a new date.",
        len(kept.unnoticed),
    )
    return told.format(count=display.number(len(kept.unnoticed)), name=display.printable(kept.unnoticed[0]))


def about_never_sent(kept: Record, profile: Profile) -> str:
    """Which folders `never_sent` has found, or an empty text."""
    if not (folders := never_sent(kept, profile)):
        return ""
    places, more = profile.places, len(folders) - _MOST_FOLDERS
    names = ", ".join(f"“{places[folder]}”" for folder in folders[:_MOST_FOLDERS])
    if more > 0:
        named = ngettext("{names} and {count} more", "{names} and {count} more", more)
        names = named.format(names=names, count=display.number(more))
    told = ngettext("{names} isn't backed up yet.", "{names} aren't backed up yet.", len(folders))
    return told.format(names=names)


def local(moment: datetime) -> str:
    """A time as the person's clock showed it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _place(profile: Profile) -> str:
    return f"{profile.server.account}:{profile.destination}"
