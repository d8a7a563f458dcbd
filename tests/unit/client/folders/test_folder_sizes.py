"""Folders are measured as du measures them, and leaving ends the walk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.data import samples
from tests.support.fake_failures import forbid
from wizard.client.folders import folder_sizes
from wizard.client.folders.folder_sizes import Size
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path


def _write(top: Path, *names: str) -> None:
    for number, name in enumerate(names, 1):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x" * 100 * number)


async def _measure(folder: Path) -> Size:
    return [size async for size in folder_sizes.measure(str(folder))][-1]


def _apparent_size(folder: Path) -> int:
    listed = subprocess.run(["find", folder, "-type", "f", "-print0"], capture_output=True, check=True)
    du = [programs.require("du"), "-cb", "--files0-from=-"]
    counted = subprocess.run(du, input=listed.stdout, capture_output=True, check=True)
    return int(counted.stdout.split()[-2])


class Gate:
    """Holds a walk up before one folder until `go_on` is set, and notes which folders it entered."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.entered: list[str] = []
        self.walker: threading.Thread | None = None
        self._folder, self._open = str(folder), os.open
        monkeypatch.setattr(os, "open", self._wait)

    def _wait(self, path: str, flags: int) -> int:
        self.entered.append(path)
        if path == self._folder:
            self.walker = threading.current_thread()
            self.reached.set()
            self.go_on.wait()
        return self._open(path, flags)


async def test_a_folder_holds_what_du_counts(sample_folder: Path) -> None:
    (sample_folder / "to a folder").symlink_to("/usr")
    assert await _measure(sample_folder) == Size(_apparent_size(sample_folder), len(samples.NAMES) + 3)


async def test_a_folder_that_is_a_link_is_followed(tmp_path: Path) -> None:
    _write(tmp_path, "real/x")
    (tmp_path / "link").symlink_to("real")
    assert await _measure(tmp_path / "link") == Size(100, 1)


async def test_folders_that_may_not_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "x", "secret/y")
    forbid(monkeypatch, os, "open", tmp_path / "secret")
    assert await _measure(tmp_path) == Size(100, 1, (str(tmp_path / "secret"),))


@pytest.mark.parametrize("kind", [Kind.FOLDER_MISSING, Kind.FOLDER_UNREADABLE])
async def test_a_folder_that_can_t_be_measured_at_all_is_a_failure(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind is Kind.FOLDER_UNREADABLE:
        forbid(monkeypatch, os, "open", tmp_path / "folder")
    with pytest.raises(Failure) as failure:
        await _measure(tmp_path / "folder")
    assert failure.value.kind is kind


async def test_the_size_grows_while_the_walk_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "x", "sub/y")
    gate, sizes = Gate(tmp_path / "sub", monkeypatch), []
    async for size in folder_sizes.measure(str(tmp_path)):
        sizes.append(size)
        if gate.reached.is_set():
            gate.go_on.set()
    assert Size(100, 1) in sizes
    assert sizes[-1] == Size(300, 2)


async def test_leaving_ends_the_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "1/a", "1/2/b", "1/2/3/c")
    gate = Gate(tmp_path / "1", monkeypatch)
    measuring = asyncio.create_task(_measure(tmp_path))
    await asyncio.to_thread(gate.reached.wait)
    measuring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await measuring
    gate.go_on.set()
    assert gate.walker
    await asyncio.to_thread(gate.walker.join)
    assert gate.entered == [str(tmp_path), str(tmp_path / "1")]
