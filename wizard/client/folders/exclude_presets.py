"""What a backup can well do without, in groups that a person can judge, and the patterns that a person adds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import rules
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.client.rsync import Hidden


@dataclass(frozen=True)
class ExcludePreset:
    """A group of patterns under a plain title; `at_first` is whether a new backup leaves it out."""

    id: str
    label: str
    about: str
    patterns: tuple[str, ...]
    at_first: bool = True

    @property
    def title(self) -> str:
        """Its name, in the person's language."""
        return _(self.label)

    @property
    def sentence(self) -> str:
        """What it is, in the person's language."""
        return _(self.about)


# A pattern that could also be the name of a folder with somebody's work in it (Cache/, build/, target/) is not here,
# unless it says where it has to be.
PRESETS = (
    ExcludePreset(
        "caches",
        N_("Caches"),
        N_("files that apps can recreate"),
        (
            ".cache/",
            ".config/*/Cache/",
            ".var/app/*/cache/",
            "Library/Caches/",
            "Code Cache/",
            "GPUCache/",
            "CacheStorage/",
            ".thumbnails/",
        ),
    ),
    ExcludePreset(
        "bins",
        N_("Trash"),
        N_("files that you deleted"),
        (".local/share/Trash/", ".Trash/", ".Trash-[0-9]*/", ".Trashes/", "$RECYCLE.BIN/"),
    ),
    ExcludePreset(
        "temporary",
        N_("Temporary files"),
        N_("left behind by apps"),
        ("*.tmp", "*~", "~$*", ".~lock.*#", "*.crdownload", ".DS_Store", "Thumbs.db"),
    ),
    ExcludePreset(
        "builds",
        N_("Build folders"),
        N_("files that programmers can rebuild"),
        (
            "node_modules/",
            "__pycache__/",
            ".venv/",
            ".tox/",
            ".mypy_cache/",
            ".pytest_cache/",
            ".gradle/",
            "target/debug/",
            "target/release/",
        ),
        at_first=False,
    ),
)

_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)')


def patterns(presets: frozenset[str], own: tuple[str, ...]) -> tuple[str, ...]:
    """All patterns of those presets and of the person's own, each once."""
    return tuple(dict.fromkeys([*(one for preset in PRESETS if preset.id in presets for one in preset.patterns), *own]))


def split_presets(exclude: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The presets that are there in full, and the patterns that belong to none of them."""
    presets = frozenset(preset.id for preset in PRESETS if set(preset.patterns) <= set(exclude))
    of_presets = set(patterns(presets, ()))
    return presets, tuple(pattern for pattern in exclude if pattern not in of_presets)


def in_words(exclude: tuple[str, ...]) -> tuple[str, ...]:
    """The titles of the presets that are there in full, and then what belongs to none of them."""
    presets, own = split_presets(exclude)
    return (*(preset.title.lower() for preset in PRESETS if preset.id in presets), *own)


def idle(exclude: tuple[str, ...], left_out: Mapping[str, Hidden]) -> tuple[str, ...]:
    """The person's own patterns that leave nothing out."""
    return tuple(
        pattern for pattern in split_presets(exclude)[1] if pattern not in left_out or not left_out[pattern].count
    )


def presets_at_first() -> frozenset[str]:
    """The presets that a new backup begins with."""
    return frozenset(preset.id for preset in PRESETS if preset.at_first)


def line(own: tuple[str, ...]) -> str:
    """Patterns on one line, with commas between; one that would be read otherwise is put in quotes."""
    return ", ".join(pattern if _stays_alone(pattern) else _quoted(pattern) for pattern in own)


def read_line(typed: str) -> tuple[str, ...]:
    """The patterns on such a line."""
    found = (quoted.replace('""', '"') if quoted else plain.strip() for quoted, plain in _PART.findall(typed))
    return tuple(dict.fromkeys(filter(None, found)))


def complaint(typed: str) -> str | None:
    """What is wrong with such a line, if anything."""
    return next(filter(None, map(rules.exclude, read_line(typed))), None)


def _stays_alone(pattern: str) -> bool:
    return read_line(pattern) == (pattern,) and '"' not in pattern


def _quoted(pattern: str) -> str:
    doubled = pattern.replace('"', '""')
    return f'"{doubled}"'
