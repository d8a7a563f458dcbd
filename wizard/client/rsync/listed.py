"""rsync's list of what it does: the one place that knows how a line of it is written, and reads it.

A line is `%i|%l|%n` and a line feed: the change, the size in bytes, and the name in rsync's own escapes.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec

from wizard.schemes.parts.over_ssh import LISTING_FORMAT

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

OUT_FORMAT = f"--out-format={LISTING_FORMAT}"

# No message of rsync's begins like a list line, and a name never stands at the beginning of a line.
_ANOTHER_LINE = re.compile(rb"\n(?![<>ch.*][fdLDS])")
# A first backup's list holds new files and new folders alone, so one search shows that it holds nothing else.
_NEW = (b"<f+", b"cd+")
_NOT_NEW = re.compile(rb"\n(?!<f\+|cd\+)")
_LIST_LINE = re.compile(rb"[<>ch.*][fdLDS][^|\n]{9}\|\d{1,20}\|[^\n]")
_WHOLE_LINE = re.compile(rb"[^\n]*\n")
_LINE = re.compile(rb"([<>ch.*][^|\n]{10})\|(\d{1,20})\|([^\n]+)\n")
_ESCAPED = re.compile(r"\\#([0-7]{3})")
_TO_ESCAPE = re.compile(rb"[\x00-\x08\x0a-\x1f]|\\(?=#[0-9]{3})")
_SENT_AGAIN = re.compile(rb"^<f[^+|\n][^|\n]{8}\|(\d+)", re.MULTILINE)
_UNCHANGED = re.compile(rb"^[.c][fdLDS] {9}\|.*\n", re.MULTILINE)
_CACHE_MARK = re.compile(rb"\|([^\n|]*/)CACHEDIR\.TAG$", re.MULTILINE)
_DELETED_NEW_OR_SENT = re.compile(rb"\*deleting|\+{9}\||^<f", re.MULTILINE)


class Entry(msgspec.Struct, frozen=True):
    """One line of rsync's list; `change` is its %i, `size` in bytes, `path` relative to the backup."""

    change: str
    size: int
    path: str

    @property
    def is_new(self) -> bool:
        """Whether there is nothing of that name on the server yet."""
        return "+++" in self.change

    @property
    def is_deleted(self) -> bool:
        """Whether it would be removed from the server."""
        return self.change.startswith("*deleting")

    @property
    def is_sent(self) -> bool:
        """Whether its content would be sent."""
        return self.change.startswith("<f")

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and not a folder, a link or what is removed."""
        return self.change[1] == "f" and not self.is_deleted

    @property
    def is_other_name(self) -> bool:
        """Whether it is one more name of a file whose line says how that is (a hard link)."""
        return self.change.startswith("h")

    @property
    def looks_changed(self) -> bool:
        """Whether its size or its time differ, which is all that a run looks at."""
        return not set(self.change[3:5]) <= {".", " "}

    @property
    def is_outdated(self) -> bool:
        """Whether it is a file that differs and is not sent all the same, because the server is append only."""
        return self.change.startswith(".f") and self.looks_changed


class Entries(msgspec.Struct, frozen=True):
    """Some lines of the list, in rsync's order.

    `raw` are whole lines as rsync printed them. A list of a million is read only by those who ask for it: all the rest
    is counted in `raw`.
    """

    raw: bytes

    def __len__(self) -> int:
        return self.raw.count(b"\n")

    def __iter__(self) -> Iterator[Entry]:
        return (_entry(line) for line in _LINE.finditer(self.raw))

    @property
    def last(self) -> Entry | None:
        """The last line read: the entry at hand."""
        return self.at(len(self.raw) - 1)

    def at(self, position: int) -> Entry | None:
        """The line that the byte at `position` is in, read."""
        line = _LINE.match(self.raw, self.raw.rfind(b"\n", 0, position) + 1)
        return _entry(line) if line else None

    @property
    def new(self) -> int:
        """How many were not there yet."""
        return self.raw.count(b"+++++++++|")

    @property
    def changed(self) -> int:
        """How many are there already, with other content."""
        return self._starting(b"<f") - self._starting(b"<f+")

    @property
    def deleted(self) -> int:
        """How many are removed from the server."""
        return self._starting(b"*deleting")

    def holds_name(self, beginning: str) -> bool:
        """Whether a name at the top of the backup begins so; a quick look, which may say yes where none does."""
        return b"|" + beginning.encode() in self.raw

    def without(self, paths: Container[str]) -> tuple[Entries, list[Entry]]:
        """The others' lines as they are, and the entries of those paths."""
        kept: list[bytes] = []
        taken: list[Entry] = []
        for line in _WHOLE_LINE.findall(self.raw):
            entry = Entries(line).at(0)
            if entry and entry.path in paths:
                taken.append(entry)
            else:
                kept.append(line)
        return Entries(b"".join(kept)), taken

    def as_append_only(self) -> tuple[Entries, list[int]]:
        """The lines without what is unchanged, files that are sent again shown as not sent; and those files' sizes."""
        sizes = _SENT_AGAIN.findall(self.raw)
        raw = _UNCHANGED.sub(b"", self.raw)
        return Entries(_SENT_AGAIN.sub(_not_sent, raw) if sizes else raw), list(map(int, sizes))

    def _starting(self, sign: bytes) -> int:
        return self.raw.count(b"\n" + sign) + self.raw.startswith(sign)


class CountedByFolder:
    """Counts, in a list of any length, what is deleted, new and changed in each of some folders of the backup's.

    `new` and `deleted` are entries of all kinds; `new_files` and `changed` are files.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self.deleted = dict.fromkeys(folders, 0)
        self.new = dict.fromkeys(folders, 0)
        self.new_files = dict.fromkeys(folders, 0)
        self.changed = dict.fromkeys(folders, 0)
        places = b"|".join(re.escape(os.fsencode(folder)) for folder in folders)
        signs = rb"^(?:(\*)deleting  |([<c]\w)(\+{9})|(<f)[^+|\n][^|\n]{8})\|\d+\|("
        self._lines = re.compile(signs + places + rb")/", re.MULTILINE)

    def add(self, entries: Entries) -> None:
        """Take in some lines."""
        if not _DELETED_NEW_OR_SENT.search(entries.raw):
            return
        for deleted, kind, new, _changed, place in self._lines.findall(entries.raw):
            folder = os.fsdecode(place)
            if deleted:
                self.deleted[folder] += 1
            elif new:
                self.new[folder] += 1
                self.new_files[folder] += kind.endswith(b"f")
            else:
                self.changed[folder] += 1


def list_lines(printed: bytes) -> tuple[Entries, list[bytes]]:
    """The list's lines among whole lines that rsync printed, and the others."""
    if printed.startswith(_NEW) and not _NOT_NEW.search(printed, 0, len(printed) - 1):
        return Entries(printed), []
    if _LIST_LINE.match(printed) and not _ANOTHER_LINE.search(printed, 0, len(printed) - 1):
        return Entries(printed), []
    lines = _WHOLE_LINE.findall(printed)
    listed = b"".join(line for line in lines if _LIST_LINE.match(line))
    return Entries(listed), [line for line in lines if not _LIST_LINE.match(line)]


def fields(lines: bytes) -> Iterator[list[bytes]]:
    """Change, size and name of whole lines, as rsync wrote them; the fastest way through a list of a million."""
    return (line.split(b"|", 2) for line in lines.split(b"\n")[:-1])


def entry(line: bytes) -> Entry:
    """One line without its line feed, read."""
    change, size, name = line.split(b"|", 2)
    return Entry(change.decode(), int(size), path(name))


def path(name: bytes) -> str:
    """A name as it is, from the bytes that rsync wrote."""
    return unescaped(name.decode(errors="surrogateescape"))


def name_in(line: str) -> str:
    """The name in a line that was decoded as a whole."""
    return line.split("|", 2)[2]


def marked_caches(lines: bytes) -> list[bytes]:
    """The folders, each with its slash, that hold the file by which programs mark a cache (CACHEDIR.TAG)."""
    return _CACHE_MARK.findall(lines) if b"/CACHEDIR.TAG\n" in lines else []


def unescaped(name: str) -> str:
    """A file's name as it is, from rsync's `\\#ooo` form."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), name)


def escaped(name: str) -> bytes:
    """A file's name as rsync writes it with --8-bit-output."""
    return _TO_ESCAPE.sub(lambda found: b"\\#%03o" % found[0][0], os.fsencode(name))


def _entry(line: re.Match[bytes]) -> Entry:
    change, size, name = line.groups()
    return Entry(change.decode(), int(size), path(name))


def _not_sent(line: re.Match[bytes]) -> bytes:
    return b"." + line[0][1:]
