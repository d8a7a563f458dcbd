"""What the practice run says of what is skipped, and how it offers to skip what can't be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.screens.at_the_server import arrive
from tests.support.data.trees import make_too_deep
from tests.support.pilot import said, text, until, walk, wizard_at
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from tests.screens.at_the_server import Place
    from tests.support.servers.real_sshd import RealSshd

DONE = "Nothing was copied. "


@pytest.fixture
def place(sshd: RealSshd, sample_folder: Path) -> Place:
    place = arrive(sshd, sample_folder)
    place.let_in()
    return place


async def test_what_can_t_be_read_is_skipped_or_tried_again(place: Place) -> None:
    make_too_deep(Path(place.profile.folders[0]))
    async with wizard_at(place.profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "could not be read: see “Problems”" in said(pilot))
        await until(pilot, lambda: "Try again" in text(pilot) and "Skip" in text(pilot))
        await pilot.click("#skip-unread")
        await until(pilot, lambda: walk(pilot).profile != place.profile and DONE in said(pilot))
        assert "could not be read" not in said(pilot)
        await until(pilot, lambda: "Run again" in text(pilot))
        assert not pilot.app.screen.query_one("#skip-unread").display
    skipped = profiles.load("amamac").exclude
    assert any(one.startswith(place.profile.folders[0]) for one in skipped)


async def test_what_is_skipped_already_is_counted(place: Place) -> None:
    cache = Path(place.profile.folders[0], ".cache")
    (cache / "deep").mkdir(parents=True)
    for name in ("one", "deep/two"):
        (cache / name).write_bytes(bytes(1000))
    profile = msgspec.structs.replace(place.profile, exclude=(".cache/", "*.iso"))
    async with wizard_at(profile, Step.DRY_RUN) as pilot:
        await until(pilot, lambda: "Skipped: .cache/ (2 files, 2.0 kB), *.iso (nothing)" in said(pilot))
        await pilot.press("shift+f3")
        await until(pilot, lambda: "Skipped: .cache/ (2 files, 2.0 kB)" in text(pilot))
        await pilot.press("f3", "enter")
        await until(pilot, lambda: walk(pilot).step == Step.SCHEDULE)
