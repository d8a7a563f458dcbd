"""What rsync complained of, file by file, in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import rules
from wizard.client.rsync import Ended, Entries, MountsChanged, Problem, Totals
from wizard.text.display import printable
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.client.rsync import Event
    from wizard.profile import Profile
    from wizard.running.report import Report

NOT_DELETED = _("Some folders can't be read, so files you deleted here may stay in the backup this time.")

_MOST_LEFT_OUT = 20

_WILDCARD = re.compile(r"[*?[]")
_SPECIAL = re.compile(r"[*?[\\]")
_NUMBER = re.compile(r" \(\d+\)\Z")
_REASONS = {
    "Permission denied": _("You don't have permission to read: {path}"),
    "Operation not permitted": _("The system doesn't let you read: {path}"),
    "No such file or directory": _("Gone during the run: {path}"),
    "Input/output error": _("The disk can't read: {path}"),
    "Structure needs cleaning": _("The disk is damaged at: {path}"),
    "File name too long": _("The path is too long: {path}"),
    "Too many levels of symbolic links": _("A link leads back to itself: {path}"),
    "Stale file handle": _("The network disk lost track of: {path}"),
}


def in_words(problem: Problem) -> str:
    """One problem as a sentence, or as rsync has it where its cause is on the server or is not known."""
    path = printable(problem.path)
    match problem.cause:
        case "not deleted":
            return NOT_DELETED
        case "vanished":
            return _("Gone during the run: {path}").format(path=path)
        case "in the way":
            return _("Your backup has something else of this name, and keeps it: {path}").format(path=path)
        case "special":
            return _("Skipped, because it is no real file (a device, pipe or socket): {path}").format(path=path)
        case "unread":
            # As in: opendir "/home/amanda/x" failed: Permission denied (13)
            after_name = problem.message.rpartition('"')[2]
            reason = _NUMBER.sub("", after_name.partition(" ")[2].removeprefix("failed: "))
            if known := _REASONS.get(reason):
                return known.format(path=path)
            if reason:
                return f"{printable(reason)}: {path}"
    return printable(problem.message)


def may_have_lost_folder(event: Event) -> bool:
    """Whether a disk may have gone away: one may have come or gone, or rsync finds a folder gone or deletes files."""
    match event:
        case MountsChanged():
            return True
        case Entries():
            return bool(event.deleted)
        case Problem():
            return event.message.startswith("directory has vanished")
        case Ended(totals=Totals() as totals):
            return event.exit_code != 0 or totals.deleted > 0
    return False


def without_unread(profile: Profile, report: Report) -> Profile | None:
    """The profile with all excluded that could not be read; `None` where that is nothing, or too much to name."""
    unread = report.unread if report.unread_count == len(report.unread) <= _MOST_LEFT_OUT else ()
    return left_out(profile, unread)


def left_out(profile: Profile, paths: Iterable[str]) -> Profile | None:
    """The profile with these paths excluded; `None` where one is in no folder of it, or no pattern can name it."""
    patterns = [_pattern(profile, path) for path in paths]
    if not patterns or not all(patterns):
        return None
    return replace(profile, exclude=tuple(dict.fromkeys([*profile.exclude, *patterns])))


def _pattern(profile: Profile, path: str) -> str:
    for folder, label in profile.places.items():
        around = folder.rstrip("/")
        if path.startswith(f"{around}/"):
            rest = path.removeprefix(around)
            # rsync takes a backslash for what it is, but for patterns that hold a wildcard.
            pattern = around + (_SPECIAL.sub(r"\\\g<0>", rest) if _WILDCARD.search(label + rest) else rest)
            return "" if rules.exclude(pattern) else pattern
    return ""
