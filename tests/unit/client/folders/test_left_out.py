"""What the patterns leave out is counted, folders and all, for so long and no longer."""

from __future__ import annotations

import os
import threading
from contextlib import aclosing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from wizard.client.folders import exclude_presets, folder_sizes, left_out
from wizard.client.folders.left_out import LeftOut
from wizard.client.rsync import Hidden
from wizard.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "Documents"
    for name, size in ((".cache/a", 1000), (".cache/deep/b", 2000), ("one.tmp", 5), ("two.tmp", 6), ("kept", 7)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(bytes(size))
    os.link(folder / ".cache/a", folder / ".cache/a again")
    (folder / "link.tmp").symlink_to("kept")
    return folder


async def _of(profile: Profile) -> dict[str, LeftOut]:
    return [found async for found in left_out.of(profile)][-1]


async def _measured(hidden: dict[str, Hidden]) -> dict[str, LeftOut]:
    return [found async for found in left_out.measure(hidden)][-1]


async def test_all_that_is_in_a_folder_that_is_left_out_counts(source: Path) -> None:
    exclude = (".cache/", "*.tmp", "Films/")
    found = await _of(Profile(name="amamac", folders=(str(source),), exclude=exclude))
    assert found == {".cache/": LeftOut(3, 3000), "*.tmp": LeftOut(3, 11), "Films/": LeftOut()}
    assert left_out.in_words(exclude, found) == (
        ".cache/ (3 files, 3.0 kB)",
        "*.tmp (3 files, 11 bytes)",
        "Films/ (nothing)",
    )


def test_a_group_is_told_as_one() -> None:
    patterns = exclude_presets.patterns(frozenset({"bins"}), ("x",))
    found = {pattern: LeftOut(1, 1000) for pattern in patterns}
    assert left_out.in_words(patterns, found) == ("trash (5 files, 5.0 kB)", "x (1 file, 1.0 kB)")
    found["$RECYCLE.BIN/"] = LeftOut(1, 1000, is_whole=False)
    assert left_out.in_words(patterns, found)[0] == "trash (at least 5 files, 5.0 kB)"
    assert left_out.in_words(patterns, {}) == ("trash", "x")


async def test_where_there_is_too_much_it_is_at_least_so_much(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_out, "_MOST_FILES", 1)
    cache, one = Hidden(1, (f"{source}/.cache",)), Hidden(1, (f"{source}/one.tmp",))
    assert await _measured({"c": cache, "o": one}) == {"c": LeftOut(2, 1000, False), "o": LeftOut(0, 0, False)}


async def test_paths_that_were_only_counted_and_folders_that_can_t_be_read_make_it_at_least(source: Path) -> None:
    found = await _measured({"a": Hidden(2, (f"{source}/one.tmp",)), "b": Hidden(1, (f"{source}/kept/none",))})
    assert found == {"a": LeftOut(1, 5, False), "b": LeftOut(0, 0, False)}


async def test_a_silent_disk_keeps_nobody_waiting(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, real = threading.Event(), folder_sizes.Walk.through

    def through(walk: folder_sizes.Walk, folder: str) -> None:
        if folder.endswith("silent disk"):
            ends.wait()
        real(walk, folder)

    (source / "silent disk").mkdir()
    now = [0.0]
    monkeypatch.setattr(folder_sizes.Walk, "through", through)
    monkeypatch.setattr(left_out, "time", SimpleNamespace(monotonic=lambda: now[0]))
    hidden = {"c": Hidden(1, (f"{source}/.cache",)), "d": Hidden(1, (f"{source}/silent disk",))}
    try:
        async for found in left_out.measure(hidden):
            now[0] += 1000 * found["c"].is_whole
        assert found == {"c": LeftOut(3, 3000), "d": LeftOut(0, 0, False)}
    finally:
        ends.set()


async def test_leaving_ends_the_walk(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[folder_sizes.Walk] = []
    begun, may = threading.Event(), threading.Event()

    def add(walk: folder_sizes.Walk, path: str) -> None:
        walks.append(walk)
        begun.set()
        may.wait()

    monkeypatch.setattr(folder_sizes.Walk, "add", add)
    async with aclosing(left_out.measure({"c": Hidden(2, ("/a", "/b"))})) as looks:
        async for _ in looks:
            if begun.is_set():
                break
    assert walks[0].stopped
    may.set()
