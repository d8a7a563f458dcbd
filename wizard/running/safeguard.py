"""Before a run: would it lose most of the backup, because a disk is missing, or files are gone or encrypted?"""

from __future__ import annotations

from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from wizard.client import rsync, unfinished_restores
from wizard.client.folders import backup_size
from wizard.client.rsync.listed import CountedByFolder
from wizard.failure import Failure, Kind
from wizard.running import report, transfer
from wizard.running.comparing import unchanged
from wizard.running.record import Source
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.running.record import Record

_FEW = 10
_FEW_CHANGED = 50  # a small folder may well hold nothing but files that change every day

State = Literal[
    "as it was", "empty", "not restored", "not put back", "on another disk", "not there", "went away", "gone"
]


class Loss(msgspec.Struct, frozen=True):
    """What a run would do to the backup of a folder, or to all of it where `folder` is empty.

    `removed` of `kept` entries would be deleted, or `changed` of `kept` files. What is `gone` is the backup itself.
    """

    folder: str = ""
    state: State = "as it was"
    removed: int = 0
    kept: int = 0
    changed: int = 0

    @property
    def sentence(self) -> str:
        """The same in words, without a full stop."""
        folder = f"“{self.folder}”"
        match self.state:
            case "empty":
                return _("{folder} is empty now, but wasn't at the last backup").format(folder=folder)
            case "not restored":
                return self._about_what_is_not_restored
            case "not put back":
                return _("A restore into {folder} isn't finished, and its files may be nowhere else").format(
                    folder=folder
                )
            case "on another disk":
                return _("{folder} is on another disk than at the last backup").format(folder=folder)
            case "not there":
                told = _("The disk or network folder at {folder} isn't there now, but was at the last backup")
                return told.format(folder=folder)
            case "went away":
                return _("{folder} went away during this backup").format(folder=folder)
            case "gone":
                return _("Your backup is no longer on the server")
        if self.changed:
            return self._about_changed
        if self.folder:
            told = _("This would delete {removed} of {total} from the backup of {folder}")
        else:
            told = _("This would delete {removed} of {total} from the backup")
        return told.format(removed=display.number(self.removed), total=display.entries(self.kept), folder=folder)

    @property
    def _about_what_is_not_restored(self) -> str:
        if self.folder:
            return _("“{folder}” is empty here, and its files may be in the backup only").format(folder=self.folder)
        if self.removed:
            told = _("This would delete {removed} of {total} from a backup that is older than this setup")
            told = told.format(removed=display.number(self.removed), total=display.entries(self.kept))
        else:
            told = _(
                "This server can't tell beforehand what a backup would delete, and this one is older than this setup"
            )
        why = _("Files that you haven't restored yet may be nowhere else")
        return f"{told}. {why}"

    @property
    def _about_changed(self) -> str:
        told = _("This would change {changed} of {total} in the backup")
        if self.folder:
            told = _("This would change {changed} of {total} in the backup of “{folder}”")
        told = told.format(changed=display.number(self.changed), total=display.files(self.kept), folder=self.folder)
        why = _("If you didn't change them yourself, malware may have encrypted them")
        return f"{told}. {why}"


GONE = Loss(state="gone")


class AtRisk(Failure):
    """A run that nobody has agreed to would lose what the backup holds.

    Nothing was changed, unless a folder went away while rsync ran.
    """

    def __init__(self, losses: Sequence[Loss]) -> None:
        kind = Kind.BACKUP_GONE if GONE in losses else Kind.BACKUP_AT_RISK
        super().__init__(kind, ". ".join(loss.sentence for loss in losses))
        self.losses = tuple(losses)

    @property
    def advice(self) -> str:
        """What to do before agreeing, in a sentence or two."""
        if GONE in self.losses:
            return _("If nobody deleted it on purpose, ask your admin first.")
        if any(loss.state == "went away" for loss in self.losses):
            return _("This backup was stopped. Connect the disk or network folder again, then back up again.")
        if any(loss.state == "not restored" for loss in self.losses):
            to_do = _("Get your files back first. To back up now would delete them from the backup.")
        elif any(loss.state == "not put back" for loss in self.losses):
            to_do = _(
                "Finish that restore first: start it again. To back up now could delete its files from the backup."
            )
        elif all(loss.changed for loss in self.losses):
            to_do = _("Open a few of these files first, and see whether they are as you left them.")
        else:
            to_do = _("If a disk or network folder is missing, connect it first.")
        return _("Nothing was sent or deleted. {advice}").format(advice=to_do)


def sources(profile: Profile) -> dict[str, Source]:
    """What each folder is like now.

    Raises:
        Failure: a folder is not there or can't be listed.
    """
    transfer.require_sources(profile)
    return {folder: Source.at(folder) for folder in profile.folders}


def to_remember(profile: Profile, kept: Record, agreed: Sequence[Loss]) -> dict[str, Source]:
    """The same, with only those disks inside whose files are backed up, or were and nobody agreed to delete them.

    Raises:
        Failure: as for `sources`.
    """
    given_up = {loss.folder for loss in agreed}

    def inside(folder: str, source: Source) -> dict[str, bool]:
        before = kept.sources[folder].inside if folder in kept.sources else {}
        held = {path: False for path, empty in before.items() if not empty and _join(folder, path) not in given_up}
        return held if profile.one_file_system else source.inside | held

    return {folder: replace(source, inside=inside(folder, source)) for folder, source in sources(profile).items()}


def changed(profile: Profile, now: Mapping[str, Source], kept: Record) -> list[Loss]:
    """The folders that are empty or on another disk now, and were not when they were last backed up.

    Also those that a run which deletes would empty in a backup that may still hold more than this computer, or that a
    restore was to put files back into.
    """
    found = [Loss(folder, "not put back") for folder in unfinished_restores.into(profile, kept.deleted_since)]
    for folder, source in now.items():
        was = kept.sources.get(folder, source)
        if source.is_empty and not was.is_empty:
            found.append(Loss(folder, "empty"))
        elif source.mount != was.mount:
            found.append(Loss(folder, "on another disk"))
    if _may_hold_more(profile, kept):
        found += [Loss(folder, "not restored") for folder, source in now.items() if source.is_empty]
    return found


def went_away(profile: Profile, begun: Record, agreed: Sequence[Loss]) -> list[Loss]:
    """What is no longer as it was when the run began: folders that can't be listed now, and what has `changed`.

    Without deleting, a disk inside counts as well: what was not read of it is not in the backup.
    """
    now: dict[str, Source] = {}
    for folder in begun.sources:
        with suppress(OSError):
            now[folder] = Source.at(folder)
    gone = [Loss(folder, "not there") for folder in begun.sources if folder not in now]
    listed = replace(begun, sources={folder: begun.sources[folder] for folder in now})
    reading = replace(profile, delete=profile.delete or not profile.one_file_system)
    found = [*gone, *missing(reading, now, listed).values(), *changed(profile, now, listed)]
    return [Loss(loss.folder, "went away") for loss in found if loss not in agreed]


def missing(profile: Profile, now: Mapping[str, Source], kept: Record) -> dict[str, Loss]:
    """Disks inside the folders that had files and are gone or empty now, by the places that a run would delete from."""
    found: dict[str, Loss] = {}
    if not profile.delete:
        return found
    for folder, place in profile.places.items():
        inside = kept.sources[folder].inside if folder in kept.sources else {}
        for path in sorted(path for path, was_empty in inside.items() if not was_empty):
            is_there = now[folder].inside.get(path) is False
            if not is_there and not any(f"{place}/{path}".startswith(f"{around}/") for around in found):
                state: State = "empty" if path in now[folder].inside else "not there"
                found[f"{place}/{path}"] = Loss(_join(folder, path), state)
    return found


async def ahead(
    profile: Profile, access: Access, kept: Record, now: Mapping[str, Source], *, is_wanted: bool
) -> tuple[list[Loss], rsync.Totals | None]:
    """What a run would delete from the backup or change in it, where that is most of it or most of a folder's part.

    Where the backup may hold files of a computer before this one that are not restored yet, it is whatever would be
    deleted, however little. So it is for a disk inside a folder that is `missing`.

    Asked by a dry run, whose totals come with it: where the backup deletes, and elsewhere only if `is_wanted`.

    Raises:
        Failure: as for `transfer.dry_run`.
    """
    if not (profile.delete or is_wanted):
        return [], None
    inside = missing(profile, now, kept)
    if not transfer.can_preview(profile):
        found = [*inside.values(), *(await _fewer_than_before(profile, kept))] if profile.delete else []
        return found or (await _changed_since(profile, kept) if is_wanted else []), None
    labels = {label: folder for folder, label in profile.places.items()}
    counted = CountedByFolder(list(labels)) if len(labels) > 1 else None
    of_disks = CountedByFolder(list(inside)) if inside else None
    totals = rsync.Totals()
    async with aclosing(transfer.dry_run(profile, access)) as events:
        async for event in events:
            match event:
                case rsync.Entries():
                    for one in filter(None, (counted, of_disks)):
                        one.add(event)
                case rsync.Ended():
                    totals = report.require_totals(event)
    found = [loss for place, loss in inside.items() if of_disks and of_disks.deleted[place]]
    there = totals.files - totals.new + totals.deleted
    if totals.deleted and _may_hold_more(profile, kept):
        overall: Loss | None = Loss(state="not restored", removed=totals.deleted, kept=there)
    else:
        overall = _loss("", totals.deleted, there) or _change("", totals.changed, totals.there)
    if overall:
        return [*found, overall], totals
    return [*found, *(await _of_folders(profile, labels, counted) if counted else [])], totals


async def _of_folders(profile: Profile, labels: Mapping[str, str], counted: CountedByFolder) -> list[Loss]:
    found: list[Loss] = []
    for label, folder in labels.items():
        alone = replace(profile, folders=(folder,))
        removed, changed = counted.deleted[label], counted.changed[label]
        if removed > _FEW:  # only then is it worth counting
            here = await backup_size.whole(alone)
            found += [loss] if (loss := _loss(folder, removed, here.entries - counted.new[label] + removed)) else []
        if changed > _FEW_CHANGED:
            files = len(await backup_size.files(alone))
            found += [loss] if (loss := _change(folder, changed, files - counted.new_files[label])) else []
    return found


def _may_hold_more(profile: Profile, kept: Record) -> bool:
    """Whether a run that deletes could delete what another computer has backed up and this one has not restored."""
    return profile.delete and kept.adopted and not kept.caught_up


async def _fewer_than_before(profile: Profile, kept: Record) -> list[Loss]:
    if _may_hold_more(profile, kept):
        return [Loss(state="not restored")]
    here = await backup_size.whole(profile)
    loss = _loss("", kept.entries - here.entries, kept.entries)
    return [loss] if loss else []


async def _changed_since(profile: Profile, kept: Record) -> list[Loss]:
    """By the times of the files here, where the server can't be asked."""
    if not kept.good_since:
        return []
    files = await backup_size.files(profile)
    there = min(len(files), kept.entries)
    loss = _change("", there - unchanged.count_older(profile, files, kept.good_since), there)
    return [loss] if loss else []


def _loss(folder: str, removed: int, kept: int) -> Loss | None:
    return Loss(folder, removed=removed, kept=kept) if removed > _FEW and 2 * removed > kept else None


def _change(folder: str, changed: int, there: int) -> Loss | None:
    is_most = changed > _FEW_CHANGED and 2 * changed > there
    return Loss(folder, kept=there, changed=changed) if is_most else None


def _join(folder: str, path: str) -> str:
    return f"{folder.rstrip('/')}/{path}"
