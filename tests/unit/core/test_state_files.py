"""The small state files: what can't be read is as if it had never been kept."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import msgspec
import pytest

from wizard.storage import files, paths, state_files


class _Kept(msgspec.Struct, frozen=True):
    count: int
    sizes: dict[str, int] = {}
    when: datetime | None = None


def test_what_was_saved_is_loaded() -> None:
    state_files.save("amamac", "kept.json", _Kept(3))
    assert state_files.load("amamac", "kept.json", _Kept, None) == _Kept(3)


def test_names_that_are_no_utf_8_are_kept() -> None:
    kept = _Kept(3, {os.fsdecode(b"Vid\xe9o \xf0\x9f\x8e\x82"): 7}, datetime(2026, 11, 30, 9, 30, 0, 125_000, UTC))
    state_files.save("amamac", "kept.json", kept)
    assert state_files.load("amamac", "kept.json", _Kept, None) == kept


def test_a_missing_file_gives_the_default() -> None:
    assert state_files.load("amamac", "kept.json", _Kept, _Kept(7)) == _Kept(7)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b'{"count": "\xff"}', b'{"count": "many"}', b"[" * 100_000, b"[]", b'{"count": 1} more'],
    ids=["empty", "no-text", "no-utf-8", "wrong-type", "deeply-nested", "wrong-shape", "trailing"],
)
def test_a_damaged_file_gives_the_default(content: bytes) -> None:
    files.replace(files.private_folder(paths.walk_state("amamac")) / "kept.json", content)
    assert state_files.load("amamac", "kept.json", _Kept, _Kept(7)) == _Kept(7)


def test_a_pipe_in_its_place_is_not_waited_for() -> None:
    os.mkfifo(files.private_folder(paths.walk_state("amamac")) / "kept.json")
    assert state_files.load("amamac", "kept.json", _Kept, None) is None
