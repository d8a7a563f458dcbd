"""Folders: what is backed up, what is skipped, and whether the backup follows what is deleted here."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import backup_layout, rules
from wizard.client.folders import chosen_folders, exclude_presets, folder_access
from wizard.client.folders.chosen_folders import Mark
from wizard.client.process.background import in_background
from wizard.profile import with_delete
from wizard.text.display import printable
from wizard.text.language import _, ngettext
from wizard.walk import description
from wizard.walk.description import Description, May, MayNot, Text, YesNo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wizard.profile import Profile
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

NONE_YET = _("Select at least one folder.")
_MOST_NAMED = 3
SKIPPED = _("Skip these")
DELETE = YesNo(
    id="delete",
    label=_("Delete from the backup what I delete here"),
    sentence=_("Anything you delete by mistake is then gone there, too."),
    ask=_("Delete from the backup what you delete here? Anything you delete by mistake is then gone there, too."),
)
ONE_FILE_SYSTEM = YesNo(
    id="one-file-system",
    label=_("Skip other disks inside these folders"),
    sentence=_("Disks and network folders that are mounted there."),
)


class Chosen(msgspec.Struct, frozen=True):
    """The folders, the groups and the line of what is skipped, and whether the backup follows what is deleted here.

    With `one_file_system`, other disks that are mounted inside the folders are skipped.
    """

    folders: tuple[str, ...]
    presets: frozenset[str]
    own: str
    delete: bool
    one_file_system: bool = False

    def applied(self, profile: Profile) -> Profile:
        """The profile with this in it, and unchanged where it says the same; a line that can't be taken is empty."""
        own = () if exclude_presets.complaint(self.own) else exclude_presets.read_line(self.own)
        # A folder that is taken off the list takes along what was skipped in it, which would be refused otherwise.
        before, now = profile.places, msgspec.structs.replace(profile, folders=self.folders).places
        gone = {
            pattern
            for pattern in profile.exclude
            if backup_layout.exclude_pattern(before, pattern) and not backup_layout.exclude_pattern(now, pattern)
        }
        exclude = tuple(one for one in exclude_presets.patterns(self.presets, own) if one not in gone)
        decided = msgspec.structs.replace(
            profile,
            folders=_unless_same(profile.folders, self.folders),
            exclude=_unless_same(profile.exclude, exclude),
            one_file_system=self.one_file_system,
        )
        return with_delete(decided, self.delete)


def at_first(profile: Profile) -> Chosen:
    """What the profile says; a new one starts with what is usual."""
    presets, own = exclude_presets.split_presets(profile.exclude)
    if not profile.folders:
        presets |= exclude_presets.presets_at_first()
    folders = profile.folders or folder_access.wanted_at_first()
    return Chosen(tuple(folders), presets, exclude_presets.line(own), profile.delete, profile.one_file_system)


def also_skipped(default: str) -> Text:
    """The line for patterns of the person's own."""
    return Text(
        id="own",
        label=_("Also skip (comma-separated)"),
        default=default,
        hint=_("for example *.iso, Old films/"),
        nothing=_("nothing"),
        rule=exclude_presets.complaint,
    )


def may_delete(profile: Profile) -> bool:
    """Whether the backup can follow what is deleted here."""
    return not profile.scheme.append_only


def questions(profile: Profile, found: None, answers: Answers) -> Iterator[Question]:
    """The folders, each group of what can be skipped, the person's own patterns, and deleting."""
    first = at_first(profile)
    yield description.Folders(
        id="folders", label=_("Folder to back up"), default=first.folders, rule=_folder_complaint, complaint=NONE_YET
    )
    for preset in exclude_presets.PRESETS:
        ask = _("Skip “{title}” ({sentence})?").format(title=preset.title, sentence=preset.sentence)
        is_skipped = preset.id in first.presets
        yield YesNo(id=preset.id, label=preset.title, sentence=preset.sentence, ask=ask, default=is_skipped)
    yield also_skipped(first.own)
    mounts = folder_access.mounts_inside(answers.get("folders", first.folders))
    if mounts or first.one_file_system:
        named = ", ".join(map(printable, mounts[:_MOST_NAMED])) or _("none now")
        ask = _("Skip other disks inside these folders ({names})?").format(names=named)
        yield msgspec.structs.replace(ONE_FILE_SYSTEM, ask=ask, default=first.one_file_system)
    if may_delete(profile):
        yield msgspec.structs.replace(DELETE, default=first.delete)


def may_pass(profile: Profile, found: None, answers: Answers) -> Pass:
    """Whoever has chosen a folder; what of the home folder is not among them is named."""
    chosen = answers.get("folders", profile.folders)
    return May(not_included(chosen, folder_access.at_home())) if chosen else MayNot(NONE_YET)


def not_included(chosen: tuple[str, ...], at_home: Iterable[str]) -> str:
    """That these folders of the home folder are not chosen, and nothing in them; an empty text where there are none."""
    left = [path for path in at_home if chosen_folders.mark(chosen, path) is Mark.OFF]
    if not left:
        return ""
    named = ", ".join(printable(os.path.basename(path)) for path in left[:_MOST_NAMED])  # noqa: PTH119
    more = len(left) - _MOST_NAMED
    if more <= 0:
        return _("Not included: {names}").format(names=named)
    return ngettext("Not included: {names} and {count} more", "Not included: {names} and {count} more", more).format(
        names=named, count=more
    )


async def settle(profile: Profile, found: None, answers: Answers, context: WalkContext) -> Profile:
    """The profile with these folders.

    Raises:
        Failure: one of them is not there or can't be read.
    """
    decided = profile
    if answers:
        presets = frozenset(preset.id for preset in exclude_presets.PRESETS if answers[preset.id])
        delete = answers.get(DELETE.id, profile.delete)
        one_file_system = answers.get(ONE_FILE_SYSTEM.id, profile.one_file_system)
        decided = Chosen(answers["folders"], presets, answers["own"], delete, one_file_system).applied(profile)
    await require(decided)
    return decided


async def require(profile: Profile) -> None:
    """See that all folders are there, however long a network disk takes to answer.

    Raises:
        Failure: one of them is not, or can't be read.
    """
    for path in profile.folders:
        await in_background(partial(folder_access.require, path))


def _folder_complaint(typed: str, before: tuple[str, ...]) -> str | None:
    path = os.path.expanduser(typed)  # noqa: PTH111 - a Path would change what was typed
    if complaint := rules.folder(path):
        return complaint
    if around := next((one for one in before if one == path), "") or chosen_folders.around(before, path):
        return _("{path} is included with {parent} already. Remove that first.").format(
            path=printable(path), parent=printable(around)
        )
    if os.path.isdir(path):  # noqa: PTH112
        return None
    told = _("{path} is a file, not a folder.") if os.path.isfile(path) else _("{path} doesn't exist.")  # noqa: PTH113
    return told.format(path=printable(path))


def _unless_same(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    return before if sorted(before) == sorted(after) else after


DESCRIPTION = Description(
    question=_("What do you want to back up?"), questions=questions, may_pass=may_pass, settle=settle
)
