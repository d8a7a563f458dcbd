"""The groups of patterns leave out what they say and nobody's work, and a person's own line is read as meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wizard import rules
from wizard.client.folders import backup_size, exclude_presets
from wizard.client.folders.exclude_presets import PRESETS
from wizard.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEFT_OUT = {
    "caches": [".cache/x", ".config/Slack/Cache/x", "Library/Caches/x", ".var/app/org.x/cache/x"],
    "bins": [".local/share/Trash/files/x", ".Trash-1000/x"],
    "temporary": ["a/x.tmp", "a/x.odt~", "a/~$letter.docx", "a/.~lock.x.odt#"],
    "builds": ["p/node_modules/x", "p/__pycache__/x", "p/target/debug/x"],
}
KEPT = ["Documents/Cache/x", "Caches/x", "p/target/x", "p/build/x", "Trash/x", "~x", "tmp/x", "x.tmp.odt"]


def _write(top: Path, names: Sequence[str]) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x" * 100)


@pytest.mark.parametrize("preset", [preset.id for preset in PRESETS])
async def test_rsync_leaves_out_what_a_group_says_and_nothing_else(preset: str, tmp_path: Path) -> None:
    _write(tmp_path / "amanda", [*KEPT, *LEFT_OUT[preset]])
    for presets, left in ((frozenset[str](), len(KEPT) + len(LEFT_OUT[preset])), (frozenset({preset}), len(KEPT))):
        exclude = exclude_presets.patterns(presets, ())
        profile = Profile(name="amamac", folders=(str(tmp_path / "amanda"),), exclude=exclude)
        assert [size.bytes async for size in backup_size.count(profile)][-1] == 100 * left


def test_every_pattern_can_stand_in_a_profile_and_belongs_to_one_group() -> None:
    patterns = [pattern for preset in PRESETS for pattern in preset.patterns]
    assert [pattern for pattern in patterns if rules.exclude(pattern)] == []
    assert len(set(patterns)) == len(patterns)


def test_caches_bins_and_temporary_files_are_left_out_at_first() -> None:
    assert exclude_presets.presets_at_first() == {"caches", "bins", "temporary"}


@pytest.mark.parametrize("presets", [frozenset[str](), frozenset({"caches"}), frozenset({"bins", "builds"})])
def test_groups_and_the_persons_own_are_told_apart_again(presets: frozenset[str]) -> None:
    own = ("*.iso", "Old films/")
    assert exclude_presets.split_presets(exclude_presets.patterns(presets, own)) == (presets, own)


def test_a_part_of_a_group_is_the_persons_own() -> None:
    assert exclude_presets.split_presets((".cache/", "*.tmp")) == (frozenset(), (".cache/", "*.tmp"))


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1), unique=True))
@example(['"', ","])
def test_a_line_holds_any_patterns(own: list[str]) -> None:
    assert exclude_presets.read_line(exclude_presets.line(tuple(own))) == tuple(own)


def test_a_line_is_read_as_people_type_it() -> None:
    assert exclude_presets.read_line(' *.iso,Old films/ ,, "a, b" , *.iso') == ("*.iso", "Old films/", "a, b")


@pytest.mark.parametrize("typed", ["*.iso, !", "- x"])
def test_a_line_that_rsync_would_read_otherwise_is_refused(typed: str) -> None:
    assert exclude_presets.complaint(typed)
    assert exclude_presets.complaint("*.iso, Films/, ~x") is None
