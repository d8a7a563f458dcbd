"""What could well be left out of a backup: caches and build folders, each with the weight it would save."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING

from wizard import rules
from wizard.client.folders.exclude_presets import PRESETS
from wizard.client.rsync import listed
from wizard.running.listing.folders import TOP, Folders, Sums
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_HEAVY_SHARE = 0.01
_MOST_MARKED = 200
_WILDCARDS = re.compile(r"[*?\[]")
_MARKED_TITLE = N_("Marked as a cache")


@dataclass(frozen=True)
class Proposal:
    """One pattern that could be left out, under a plain title, and how much that would save."""

    pattern: str
    title: str
    saves: Sums


class _Pattern:
    """A pattern of folders: its last part, which is tried first, and the parts above."""

    def __init__(self, text: str, title: str) -> None:
        self.text, self.title = text, title
        *above, self.last = text.strip("/").split("/")
        self.parts = [re.compile(translate(part)) for part in (self.last, *reversed(above))]


class Proposals:
    """Finds such folders as they come up; what is left out already is not listed, and so is not found."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._titles: dict[str, str] = {}
        self._found: dict[str, list[int]] = {}
        self._seen = TOP
        self._by_name: dict[bytes, list[_Pattern]] = defaultdict(list)
        self._others: list[_Pattern] = []
        for preset in PRESETS:
            for text in preset.patterns:
                if text.endswith("/"):
                    self._know(_Pattern(text, preset.title))
        self._may_fit = re.compile("|".join(translate(pattern.last) for pattern in self._others).encode())

    def consider(self, lines: bytes) -> None:
        """Look at the folders that have come up since the last time, with the lines that brought them."""
        for folder in range(self._seen + 1, len(self._folders)):
            name = self._folders.name(folder)
            if candidates := self._by_name.get(name):
                self._try(candidates, folder)
            elif self._may_fit.match(name):
                self._try(self._others, folder)
        self._seen = len(self._folders) - 1
        for path in listed.marked_caches(lines):
            self._take_marked(self._folders.find(path))

    def heavy(self) -> list[Proposal]:
        """Those that would save much of the whole, the heaviest first."""
        whole = self._folders.sums(TOP)
        offers = [Proposal(text, self._titles[text], self.saved({text})) for text in self._found]
        offers = [one for one in offers if _is_heavy(one.saves, whole) and not self._is_named(one.pattern)]
        return sorted(offers, key=lambda one: (one.saves.bytes, one.saves.files), reverse=True)

    def saved(self, patterns: Collection[str]) -> Sums:
        """What leaving these out together would save."""
        return self.less(patterns).get(TOP, Sums())

    def less(self, patterns: Collection[str]) -> dict[int, Sums]:
        """How much less there would be in each folder that leaving these out concerns, the top among them."""
        found = {folder for text in patterns for folder in self._found.get(text, ())}
        less_files: dict[int, int] = defaultdict(int)
        less_bytes: dict[int, int] = defaultdict(int)
        for folder in found:
            around = list(self._folders.around(folder))
            if found.isdisjoint(around):
                files, size = self._folders.sums(folder)
                for one in (folder, *around):
                    less_files[one] += files
                    less_bytes[one] += size
        return {one: Sums(files, less_bytes[one]) for one, files in less_files.items()}

    def _know(self, pattern: _Pattern) -> None:
        self._titles[pattern.text] = pattern.title
        if _WILDCARDS.search(pattern.last):
            self._others.append(pattern)
        else:
            self._by_name[pattern.last.encode()].append(pattern)

    def _try(self, candidates: Iterable[_Pattern], folder: int) -> None:
        names = [listed.path(self._folders.name(one)) for one in (folder, *self._folders.around(folder)) if one != TOP]
        for pattern in candidates:
            fits = (part.fullmatch(name) for part, name in zip(pattern.parts, names, strict=False))
            if len(names) >= len(pattern.parts) and all(fits):
                self._found.setdefault(pattern.text, []).append(folder)

    def _take_marked(self, folder: int | None) -> None:
        pattern = _anchored(self._folders.path(folder)) if folder else ""
        if folder and pattern and len(self._found) < _MOST_MARKED:
            self._titles[pattern] = _(_MARKED_TITLE)
            self._found[pattern] = [folder]

    def _is_named(self, pattern: str) -> bool:
        """Whether a marked folder is proposed by its name as well."""
        if not pattern.startswith("/"):
            return False
        by_name = {folder for text, found in self._found.items() if not text.startswith("/") for folder in found}
        (folder,) = self._found[pattern]
        return not by_name.isdisjoint((folder, *self._folders.around(folder)))


def _is_heavy(saved: Sums, whole: Sums) -> bool:
    return saved.bytes > whole.bytes * _HEAVY_SHARE or saved.files > whole.files * _HEAVY_SHARE


def _anchored(raw_path: bytes) -> str:
    """The pattern of that very folder, or an empty text where no pattern can name it."""
    path = listed.path(raw_path)
    # rsync takes a backslash for what it is, but for patterns that hold a wildcard.
    if _WILDCARDS.search(path):
        path = re.sub(r"([*?\[\\])", r"\\\1", path)
    try:
        path.encode()
    except UnicodeEncodeError:
        return ""
    return "" if rules.exclude(f"/{path}") else f"/{path}"
