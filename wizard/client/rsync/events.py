"""What a run of rsync tells, as typed events."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from wizard.client.rsync.listed import Entries

Cause = Literal["unread", "vanished", "special", "not deleted", "in the way", "other"]

_CAUSES: tuple[tuple[re.Pattern[str], Cause], ...] = (
    (re.compile(r"(?:file|directory) has vanished"), "vanished"),
    (re.compile(r"skipping non-regular file"), "special"),
    (re.compile(r"could not make way for"), "in the way"),
    (re.compile(r"IO error encountered -- skipping file deletion"), "not deleted"),
    (
        re.compile(r"send_files failed to open|(?:opendir|readdir|readlink_stat|link_stat)\b|read errors mapping"),
        "unread",
    ),
)
# What rsync can't even look at is on none of its lists.
_UNCOUNTED = ("link_stat", "readlink_stat")


class Problem(msgspec.Struct, frozen=True):
    """One complaint of rsync; `path` is empty where it names none."""

    path: str
    message: str

    @property
    def is_counted(self) -> bool:
        """Whether it is of an entry that the totals count."""
        return not self.message.startswith(_UNCOUNTED)

    @property
    def cause(self) -> Cause:
        """What it comes of: a file here that can't be read, or is gone, or is no file proper (a device, a pipe).

        Once a folder could not be read, rsync deletes no more on the server, and says that as well. A folder there is
        in the way of a file here, or of a link, where its own files are not deleted.
        """
        return next((cause for sign, cause in _CAUSES if sign.match(self.message)), "other")


class Progress(msgspec.Struct, frozen=True):
    """How far a real run is, by rsync's own count.

    `bytes_done` are of the files sent by now, `percent` their part of all that is backed up, whether it has to be sent
    or not; `rate` is in bytes a second. `to_check` of `found` entries are still ahead; while `is_searching`, more may
    be found.
    """

    bytes_done: int
    percent: int
    rate: float
    seconds_left: int | None = None
    to_check: int | None = None
    found: int | None = None
    is_searching: bool = False


class Totals(msgspec.Struct, frozen=True):
    """What `rsync --stats` counts: `files` all entries looked at, sizes in bytes.

    `outdated` are files that differ and are not sent, because the server is append only. Of the files here, `there`
    are on the server already, whether they differ or not. `folders` are among `files`.
    """

    files: int = 0
    new: int = 0
    changed: int = 0
    deleted: int = 0
    bytes_to_send: int = 0
    bytes_total: int = 0
    outdated: int = 0
    there: int = 0
    folders: int = 0

    @property
    def unchanged(self) -> int:
        """Entries that are on the server already, with the same content."""
        return self.files - self.new - self.changed - self.outdated


class Hidden(msgspec.Struct, frozen=True):
    """The files and folders that one pattern has left out: how many, and the paths of the first of them."""

    count: int = 0
    paths: tuple[str, ...] = ()


class Ended(msgspec.Struct, frozen=True):
    """The last event: rsync's exit code, its totals unless it failed early, and what it complained of.

    `stderr` is cut in the middle where it is long; `untold` problems were counted and have had no event.
    `hidden` is what each pattern has left out, where rsync was asked to tell, by paths relative to the backup.
    """

    exit_code: int
    totals: Totals | None
    stderr: str
    untold: int = 0
    hidden: dict[str, Hidden] = {}


class MountsChanged(msgspec.Struct, frozen=True):
    """A disk or network folder has come or gone while rsync runs; or, as the first event, may have before that."""


Event = Entries | Problem | Progress | MountsChanged | Ended
