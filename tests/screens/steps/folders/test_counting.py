"""rsync counts what will be backed up, until the screen is left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.screens.steps.folders.folders_screen import (
    NEW,
    go_on,
    opened,
)
from tests.support import processes
from tests.support.fake_failures import put_in_rsyncs_place
from tests.support.pilot import said, text, until, wizard_at
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path


async def test_without_rsync_the_total_says_so_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with opened() as pilot:
        await until(pilot, lambda: "! rsync isn't installed on this computer." in text(pilot))
        assert (await go_on(pilot)).folders


@pytest.mark.parametrize("key", ["enter", "escape", "ctrl+q"])
async def test_leaving_ends_the_counting(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.client.folders.backup_size._PAUSE_SECONDS", 0)
    put_in_rsyncs_place(monkeypatch, tmp_path, "echo '>f+++++++++|7000|a/b'; sleep 1000")
    before = set(processes.descendants(os.getpid()))
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "1 item (7.0 kB) so far" in said(pilot))
        assert set(processes.descendants(os.getpid())) > before
        await pilot.press(key)
        if key != "ctrl+q":
            await until(pilot, lambda: set(processes.descendants(os.getpid())) <= before)
    assert set(processes.descendants(os.getpid())) <= before


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["null"], "1 device is skipped: it is no real file."),
        (["null", "zero", "pipe"], "3 devices are skipped: they are no real files."),
    ],
)
async def test_what_is_no_real_file_is_counted_and_said(
    names: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = "; ".join(f"echo 'skipping non-regular file \"Documents/{name}\"'" for name in names)
    statistics = "Number of files: 4 (reg: 3, dir: 1)\nTotal transferred file size: 9 bytes"
    put_in_rsyncs_place(monkeypatch, tmp_path, f"{skipped}; echo '{statistics}'")
    async with wizard_at(NEW, Step.FOLDERS) as pilot:
        await until(pilot, lambda: "4 files and folders (9 bytes) will be backed up." in said(pilot))
        await until(pilot, lambda: told in said(pilot))
