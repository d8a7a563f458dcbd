"""After a run: does the server have what is here? It is asked to compare, by content where it answers that."""

from __future__ import annotations

import random
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

import msgspec
from msgspec.structs import replace

from wizard import schemes, trouble
from wizard.client import rsync
from wizard.failure import Failure, Kind
from wizard.running import record, report, transfer
from wizard.running.comparing import patterns, unchanged
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wizard.client.access import Access
    from wizard.profile import Profile

How = Literal["sample", "dry-run", "none", "refused", "failed"]

_CHANCE = random.SystemRandom()  # a thief must not be able to predict which files are compared

_MOST_FILES = 100
_MOST_BYTES_A_FILE = 64 << 20
_PICKS_A_BATCH = 20
_MOST_NAMED = 5


class AboutRun(msgspec.Struct, frozen=True):
    """When the run began, and when the last good one before it did (0 if there was none).

    `unread` could not be read; `touched` may have changed here and look as before.
    """

    began: float
    good_since: float = 0.0
    unread: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()

    @classmethod
    def of(cls, profile: Profile, began: float, problems: Iterable[rsync.Problem], touched: Iterable[str]) -> Self:
        """Of a run of that backup which began then and met those problems."""
        unread = frozenset(one.path for one in problems if one.cause == "unread")
        return cls(began, record.unchanged_since(profile), unread, frozenset(touched))


class Verification(msgspec.Struct, frozen=True):
    """How it was checked, how many files were compared, and which of them differ though they were left alone here.

    `missing` are those that are not on the server at all; what can't be read here is none of them. `spoiled` are those
    that differ and had not changed here since a good backup. `outdated` are files that have changed here, or were put
    there by somebody else, and that the server keeps as they are (append only); `looked_at` counts none of those. Of
    each, only so many are named. `reason` is why it failed. What has `changed_since` the run is in none of these.
    """

    how: How
    looked_at: int = 0
    differing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    spoiled: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    outdated_count: int = 0
    reason: str = ""
    changed_since: int = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing was found to differ or to be missing."""
        return not (self.differing or self.missing or self.outdated_count)

    @property
    def sentence(self) -> str:
        """The result in words."""
        told = [self._about_outdated, self._about_missing, self._about_differing, self._about_spoiled]
        return " ".join(sentence for sentence in told if sentence) or self._about_method

    def as_json(self) -> dict[str, object]:
        """What `run --json` prints of it."""
        found = {"differing": self.differing, "missing": self.missing, "outdated": self.outdated}
        named = {what: list(map(display.printable, names)) for what, names in found.items()}
        return {"how": self.how, "files": self.looked_at, **named}

    @property
    def _about_outdated(self) -> str:
        if not self.outdated_count:
            return ""
        count = self.outdated_count
        return ngettext(
            "The server keeps the old version of {count} file, because the key only adds files: {names}. You"
            " changed it here, or someone with the key put it there first.",
            "The server keeps the old versions of {count} files, because the key only adds files: {names}. You"
            " changed them here, or someone with the key put them there first.",
            count,
        ).format(count=display.number(count), names=named(self.outdated, count))

    @property
    def _about_missing(self) -> str:
        if not self.missing:
            return ""
        count = len(self.missing)
        return ngettext(
            "Checked afterwards: {count} file is missing on the server: {names}. The next backup sends it again.",
            "Checked afterwards: {count} files are missing on the server: {names}. The next backup sends them again.",
            count,
        ).format(count=display.number(count), names=named(self.missing, count))

    @property
    def _about_differing(self) -> str:
        if not self.differing:
            return ""
        count = len(self.differing)
        told = ngettext(
            "Checked afterwards: {count} file differs on the server: {names}.",
            "Checked afterwards: {count} files differ on the server: {names}.",
            count,
        ).format(count=display.number(count), names=named(self.differing, count))
        if len(self.spoiled) == count:
            return told
        return told + " " + _("If the next backup doesn't send what you changed, save it with a new date.")

    @property
    def _about_spoiled(self) -> str:
        if not self.spoiled:
            return ""
        count = len(self.spoiled)
        return ngettext(
            "You haven't changed {names} here since the last good backup. Someone with the key, or the server, may have"
            " changed it there. Tell your admin. To send it again, save it again.",
            "You haven't changed {names} here since the last good backup. Someone with the key, or the server, may have"
            " changed them there. Tell your admin. To send them again, save them again.",
            count,
        ).format(names=named(self.spoiled, count))

    @property
    def _about_method(self) -> str:
        match self.how:
            case "sample":
                return ngettext(
                    "Checked afterwards: {count} file, chosen at random, is identical on the server.",
                    "Checked afterwards: {count} files, chosen at random, are identical on the server.",
                    self.looked_at,
                ).format(count=display.number(self.looked_at))
            case "dry-run" if self.changed_since:
                return _("Checked afterwards: a practice run found nothing left to send but what has changed since.")
            case "dry-run":
                return _("Checked afterwards: a practice run found nothing left to send.")
            case "failed":
                return _("Not checked afterwards: {reason}.").format(reason=self.reason)
            case "refused":
                return _("Not checked afterwards: the server's settings for this key don't allow comparing files.")
            case "none":
                return _("Not checked afterwards: this server's login shell (rssh) makes a practice run impossible.")


class Sample:
    """Some of the files that a run has sent, picked while it tells of them."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._seen = 0

    def add(self, entries: rsync.Entries) -> None:
        """Pick some."""
        for entry in entries if len(entries) <= _PICKS_A_BATCH else self._picked(entries):
            if entry and entry.is_sent and entry.size <= _MOST_BYTES_A_FILE and entry.path not in self.paths:
                self._seen += 1
                if len(self.paths) < _MOST_FILES:
                    self.paths.append(entry.path)
                elif (place := _CHANCE.randrange(self._seen)) < _MOST_FILES:
                    self.paths[place] = entry.path

    def _picked(self, entries: rsync.Entries) -> Iterator[rsync.Entry | None]:
        return (entries.at(_CHANCE.randrange(len(entries.raw))) for _pick in range(_PICKS_A_BATCH))


def is_wanted(profile: Profile, *, sent: bool) -> bool:
    """Whether there is more to see than what a run itself has seen; `sent` is whether it has sent anything."""
    return sent or (transfer.can_preview(profile) and not schemes.of(profile).records_command)


async def verify(
    profile: Profile, access: Access, paths: Iterable[str], about: AboutRun, *, sent: bool
) -> Verification | None:
    """Compare those files, in the way that the scheme allows; `sent` is whether the run has sent anything.

    Returns `None` where there is no more to see than what the run itself has seen.

    Raises:
        Failure: the server could not be asked.
    """
    if not transfer.can_preview(profile):
        return Verification("none") if sent else None
    whole = await _by_dry_run(profile, access, about) if profile.scheme.append_only else None
    by_content = None
    if not schemes.of(profile).records_command:
        try:
            by_content = await _by_content(profile, access, paths, about)
        except Failure as failure:  # what the practice run has found counts all the same
            if whole is None or trouble.kind_of(failure, profile) is Kind.SERVER_BUSY:
                raise
    if by_content and whole:
        differing = tuple(dict.fromkeys(whole.differing + by_content.differing))
        missing = tuple(dict.fromkeys(whole.missing + by_content.missing))
        outdated, count = (*whole.outdated, *by_content.outdated), whole.outdated_count + by_content.outdated_count
        return replace(by_content, differing=differing, missing=missing, outdated=outdated, outdated_count=count)
    return by_content or whole or (await _by_dry_run(profile, access, about) if sent else None)


async def once_free(
    profile: Profile, access: Access, paths: Sequence[str], about: AboutRun, pauses: Iterable[float], *, sent: bool
) -> Verification | None:
    """The same, asked again after each pause while the server is busy; a check that fails makes no run fail."""
    try:
        verifying = partial(verify, profile, access, paths, about, sent=sent)
        return await transfer.once_free(verifying, profile, pauses)
    except Failure as failure:  # the files are on the server, whether or not they can be checked
        return Verification("failed", reason=trouble.explain(failure, profile).what)


async def _by_content(profile: Profile, access: Access, paths: Iterable[str], about: AboutRun) -> Verification | None:
    if not (chosen := list(paths)):
        return None
    unequal: list[rsync.Entry] = []
    compared = listed = 0
    with patterns.kept(chosen) as sample:
        async with aclosing(transfer.compare(profile, access, sample)) as events:
            async for event in events:
                match event:
                    case rsync.Entries():
                        for entry in event:
                            listed += 1
                            if unchanged.place(profile, entry.path) in about.unread:
                                continue
                            compared += entry.is_file
                            if entry.is_sent and not (profile.scheme.append_only and entry.looks_changed):
                                unequal.append(entry)
                    case rsync.Ended():
                        unlisted = report.require_totals(event).files - listed
    if not compared:
        return Verification("refused") if unlisted > 0 else None
    return _told(profile, "sample", compared, unequal, about)


async def _by_dry_run(profile: Profile, access: Access, about: AboutRun) -> Verification:
    unequal, outdated = list[rsync.Entry](), list[rsync.Entry]()
    outdated_count = changed_since = 0
    async with aclosing(transfer.dry_run(profile, access)) as events:
        async for event in events:
            match event:
                case rsync.Entries():
                    for entry in event:
                        is_outdated = entry.is_outdated and profile.scheme.append_only
                        if not (is_outdated or entry.is_sent):
                            continue
                        if not _is_to_be_there(profile, entry.path, about):
                            changed_since += unchanged.place(profile, entry.path) not in about.unread
                            continue
                        outdated_count += is_outdated
                        named = outdated if is_outdated else unequal
                        named += [entry] if len(named) < _MOST_FILES else []
                case rsync.Ended():
                    looked_at = report.require_totals(event).files
    told = _told(profile, "dry-run", looked_at, unequal, about)
    paths = tuple(entry.path for entry in outdated)
    return replace(told, outdated=paths, outdated_count=outdated_count, changed_since=changed_since)


def _told(profile: Profile, how: How, looked_at: int, unequal: Sequence[rsync.Entry], about: AboutRun) -> Verification:
    found, unequal = len(unequal), [entry for entry in unequal if _is_to_be_there(profile, entry.path, about)]
    if (changed_since := found - len(unequal)) == looked_at:
        return Verification("failed", reason=_("all that was compared has changed since"))
    missing = tuple(entry.path for entry in unequal if entry.is_new)
    differing = tuple(entry.path for entry in unequal if not entry.is_new)
    outdated = tuple(path for path in differing if profile.scheme.append_only and path in about.touched)
    differing = tuple(path for path in differing if path not in outdated)
    spoiled = tuple(path for path in differing if unchanged.is_older(profile, path, about.good_since))
    compared = looked_at - changed_since
    return Verification(how, compared, differing, missing, spoiled, outdated, len(outdated), "", changed_since)


def _is_to_be_there(profile: Profile, path: str, about: AboutRun) -> bool:
    """Whether the server has to have a file as it is here: it could be read, and is as it was when the run began."""
    return unchanged.place(profile, path) not in about.unread and unchanged.is_older(profile, path, about.began)


def named(names: Sequence[str], count: int) -> str:
    """The first of some names of files, to be shown, and how many of the `count` there are beside them."""
    shown = ", ".join(map(display.printable, names[:_MOST_NAMED]))
    more = count - min(len(names), _MOST_NAMED)
    if not more:
        return shown
    return ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=shown, count=more)
