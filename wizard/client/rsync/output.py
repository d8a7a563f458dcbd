"""What rsync prints on its standard output, as events; a long list is passed on without a look at each line."""

from __future__ import annotations

import re

from msgspec.structs import replace

from wizard.client.rsync.complaints import problem_in
from wizard.client.rsync.events import Event, Hidden, Problem, Progress, Totals
from wizard.client.rsync.listed import list_lines, path

_OVERWRITTEN = re.compile(rb"\r[^\r\n]*(?=\r)")
_PROGRESS_LINE = re.compile(rb"\r[^\r\n]*\n")
_PROGRESS = re.compile(
    rb"\r *(?P<done>\d{1,20}) +(?P<percent>\d{1,20})% +(?P<rate>\d{1,20}(?:\.\d{0,9})?)(?P<unit>[kMGT]?)B/s +"
    rb"(?P<hours>\d{1,20}):(?P<minutes>\d\d):(?P<seconds>\d\d)"
    rb"(?: \(xfr#\d{1,20}, (?P<search>ir|to)-chk=(?P<ahead>\d{1,20})/(?P<found>\d{1,20})\))?"
)
# A list line stands right behind it, with no line feed between, where the file after the one listed can't be read.
_WHOLE_PROGRESS = re.compile(
    rb"\r *\d{1,20} +\d{1,20}% +[\d.]{1,20}[kMGT]?B/s +[\d?]{1,20}:[\d?]{2}:[\d?]{2}"
    rb"(?: \(xfr#\d{1,20}, (?:ir|to)-chk=\d{1,20}/\d{1,20}\))? *\n?"
)
_LONGEST_LINE = 1 << 20
_UNITS = {b"": 1, b"k": 1 << 10, b"M": 1 << 20, b"G": 1 << 30, b"T": 1 << 40}
_STATISTIC = re.compile(
    rb"(?P<name>(?:Number of|Total) [a-z ]+): (?P<value>\d{1,20})(?!\d)"
    rb"(?: \((?:reg: (?P<regular>\d{1,20}))?(?:, )?(?:dir: (?P<folders>\d{1,20}))?)?"
)
_REGULAR, _FOLDERS = "{}, regular", "{}, folders"
_HIDING, _BY_PATTERN = re.compile(rb"\[sender\] hiding (?:file|directory) "), b" because of pattern "
_MOST_HIDDEN = 10_000  # paths by one pattern; the others are only counted
_OF_NO_CONSEQUENCE = re.compile(
    rb"(?:Number of|Total|Literal data|Matched data|File list).*:|sent \d|total size is|created (?:\d+ )?director|\s*$"
    rb"|cannot delete non-empty directory: "  # it holds what is excluded; or something is in the way, and that is told
)


class Output:
    """Takes chunks as they come, and gives back what they say; `values` holds the statistics by now.

    `hidden` is what each pattern has left out, where rsync was asked to tell.
    """

    def __init__(self) -> None:
        self.changed = self.deleted = 0
        self.values: dict[str, int] = {}
        self._hidden: dict[str, list[str]] = {}
        self._hidden_counts: dict[str, int] = {}
        self._rest = b""
        self._progress: Progress | None = None

    @property
    def hidden(self) -> dict[str, Hidden]:
        """What each pattern has left out by now."""
        return {one: Hidden(self._hidden_counts[one], tuple(paths)) for one, paths in self._hidden.items()}

    def feed(self, chunk: bytes) -> list[Event]:
        """The events in a chunk, together with what was left of the one before."""
        printed = self._rest + chunk if self._rest else chunk
        end = printed.rfind(b"\n") + 1
        whole, self._rest = printed[:end], printed[end:]
        if len(self._rest) > _LONGEST_LINE:  # rsync prints no line that long
            self._rest = b""
        progress: list[Event] = []
        if b"\r" in printed:
            self._progress = _latest_progress(printed, self._progress)
            progress += [self._progress] if self._progress else []
            for sign in (_OVERWRITTEN, _WHOLE_PROGRESS, _PROGRESS_LINE):
                whole = sign.sub(b"", whole)
            self._rest = self._rest[max(self._rest.rfind(b"\r"), 0) :]
        return [*self._lines(whole), *progress]

    def end(self) -> list[Event]:
        """What is in a last line without an end."""
        return self.feed(b"\n") if self._rest else []

    def totals(self) -> Totals | None:
        """The totals in rsync's --stats, with plain digits; `None` where it ended before them.

        `changed` is counted in the list: the statistics take a new hard link as created and not as sent, so what was
        sent less what was created is no measure of it. `deleted` is counted in both: towards a daemon of rsync 3.1 to
        3.4 the statistics say 0 whatever it removes.
        """
        if "Total transferred file size" not in self.values:
            return None
        return Totals(
            files=self.values.get("Number of files", 0),
            new=self.values.get("Number of created files", 0),
            changed=self.changed,
            deleted=max(self.values.get("Number of deleted files", 0), self.deleted),
            bytes_to_send=self.values["Total transferred file size"],
            bytes_total=self.values.get("Total file size", 0),
            there=self._regular("Number of files") - self._regular("Number of created files"),
            folders=self.values.get(_FOLDERS.format("Number of files"), 0),
        )

    def _regular(self, name: str) -> int:
        return self.values.get(_REGULAR.format(name), 0)

    def _lines(self, whole: bytes) -> list[Event]:
        told: list[Event] = []
        if not whole:
            return told
        entries, others = list_lines(whole)
        told += [problem for line in others if (problem := self._other(line))]
        if entries.raw:
            self.changed += entries.changed
            self.deleted += entries.deleted
            told.insert(0, entries)
        return told

    def _other(self, line: bytes) -> Problem | None:
        if found := _STATISTIC.match(line):
            name = found["name"].decode()
            self.values[name] = int(found["value"])
            self.values[_REGULAR.format(name)] = int(found["regular"] or 0)
            self.values[_FOLDERS.format(name)] = int(found["folders"] or 0)
        # A name may hold the words as well, but what follows the last of them is the pattern.
        if (hiding := _HIDING.match(line)) and _BY_PATTERN in line:
            hidden, _by, hides = line[hiding.end() :].rstrip(b"\n").rpartition(_BY_PATTERN)
            pattern = hides.decode(errors="surrogateescape")
            self._hidden_counts[pattern] = self._hidden_counts.get(pattern, 0) + 1
            paths = self._hidden.setdefault(pattern, [])
            if len(paths) < _MOST_HIDDEN:
                paths.append(path(hidden))
            return None
        if _OF_NO_CONSEQUENCE.match(line):
            return None
        told = line.rstrip(b"\n").decode(errors="surrogateescape")
        return problem_in(told) or Problem("", told)


def _latest_progress(printed: bytes, before: Progress | None) -> Progress | None:
    """The last of it; what is ahead is told at the end of a file alone, where the time is the one that has passed."""
    latest, at = None, len(printed)
    while (at := printed.rfind(b"\r", 0, at)) >= 0:
        if found := _PROGRESS.match(printed, at):
            progress = _progress(found)
            if progress.to_check is not None:
                return _with_ahead(latest, progress) if latest else progress
            latest = latest or progress
    return _with_ahead(latest, before) if latest and before else latest or before


def _with_ahead(latest: Progress, told: Progress) -> Progress:
    return replace(latest, to_check=told.to_check, found=told.found, is_searching=told.is_searching)


def _progress(found: re.Match[bytes]) -> Progress:
    now = Progress(
        bytes_done=int(found["done"]),
        percent=min(int(found["percent"]), 100),
        rate=float(found["rate"]) * _UNITS[found["unit"]],
    )
    if found["ahead"]:
        is_searching = found["search"] == b"ir"
        return replace(now, to_check=int(found["ahead"]), found=int(found["found"]), is_searching=is_searching)
    hours, minutes, seconds = (int(found[part]) for part in ("hours", "minutes", "seconds"))
    return replace(now, seconds_left=(hours * 60 + minutes) * 60 + seconds)
