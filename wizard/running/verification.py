"""After a run: is on the server what is here? Asked of the server, by content where it answers that."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from wizard import display, schemes
from wizard.client import rsync
from wizard.schemes import layout
from wizard.server import report, transfer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.access import Access
    from wizard.profile import Profile

How = Literal["sample", "dry-run", "none", "failed"]

# Not one that can be foreseen.
_CHANCE = random.SystemRandom()

_MOST_FILES = 100
_MOST_BYTES_A_FILE = 64 << 20
_PICKS_A_BATCH = 20
_MOST_NAMED = 5


class Verification(msgspec.Struct, frozen=True):
    """How it was looked, at how many files, and which of them differ though they were left alone here.

    `reason` is why it failed.
    """

    how: How
    looked_at: int = 0
    differing: tuple[str, ...] = ()
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.differing:
            named = ", ".join(map(display.printable, self.differing[:_MOST_NAMED]))
            differ = "differs" if len(self.differing) == 1 else "differ"
            return f"Looked at afterwards: {display.files(len(self.differing))} {differ} on the server: {named}"
        match self.how:
            case "sample":
                files, have = display.files(self.looked_at), "has" if self.looked_at == 1 else "have"
                return f"Looked at afterwards: {files}, taken at random, {have} the same content on the server."
            case "dry-run":
                return "Looked at afterwards: a practice run finds nothing left to do."
            case "failed":
                return f"It could not be looked at afterwards: {self.reason}."
        return "It can't be looked at afterwards: this server's way in (rssh) allows no practice run."


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
        return (entries.at(_CHANCE.randrange(len(entries.raw))) for _ in range(_PICKS_A_BATCH))


async def verify(profile: Profile, access: Access, sample: Sample, since: float) -> Verification:
    """Look, in the way that the scheme allows; what was changed here after `since` is no difference.

    Raises:
        Failure: the server could not be asked.
    """
    if not transfer.can_preview(profile):
        return Verification("none")
    named = {path: place for path in sample.paths if (place := _place(profile, path))}
    if schemes.of(profile).records_command or not named:
        return await _by_dry_run(profile, access, since)
    with tempfile.NamedTemporaryFile(prefix="backup-wizard-") as file:
        file.write(b"".join(os.fsencode(place) + b"\0" for place in named.values()))
        file.flush()
        differing: list[str] = []
        async with aclosing(transfer.compare(profile, access, Path(file.name))) as events:
            async for event in events:
                match event:
                    case rsync.Entries():
                        differing += [one.path for one in event if one.is_sent and _is_old(profile, one.path, since)]
                    case rsync.Ended():
                        report.require_totals(event)
    return Verification("sample", len(named), tuple(differing))


async def _by_dry_run(profile: Profile, access: Access, since: float) -> Verification:
    differing: list[str] = []
    async with aclosing(transfer.dry_run(profile, access)) as events:
        async for event in events:
            match event:
                case rsync.Entries() if len(differing) < _MOST_FILES:
                    differing += [one.path for one in event if one.is_sent and _is_old(profile, one.path, since)]
                case rsync.Ended():
                    looked_at = report.require_totals(event).files
    return Verification("dry-run", looked_at, tuple(differing))


def _is_old(profile: Profile, path: str, since: float) -> bool:
    with contextlib.suppress(OSError, ValueError):
        status = os.lstat(_place(profile, path))
        return max(status.st_mtime, status.st_ctime) < since
    return False


def _place(profile: Profile, path: str) -> str:
    """Where a file of the list is, with rsync's /./ before its place inside the backup; a marker is nowhere."""
    for folder, label in layout.labels(profile.folders).items():
        if path.startswith(f"{label}/"):
            return f"{folder.rstrip('/').removesuffix(label)}./{path}"
    return ""
