"""What makes the first frame soon there, and what must be as ever once it is out."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from textual.css.stylesheet import Stylesheet

from tests.support.pilot import arrived, until, wizard_at
from wizard import command_line, starting
from wizard.profile import Profile
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = Profile(name="amamac")


@pytest.fixture
def _thawed() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


async def test_all_styles_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Stylesheet] = []

    def reparse(styles: Stylesheet) -> None:
        read.append(styles)

    monkeypatch.setattr(Stylesheet, "reparse", reparse)
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await arrived(pilot, Step.WELCOME)
    assert not read


@pytest.mark.usefixtures("_thawed")
async def test_garbage_is_looked_for_once_it_is_out() -> None:
    starting.begin()
    async with wizard_at(NEW, Step.WELCOME) as pilot:
        await until(pilot, gc.isenabled)


@pytest.mark.usefixtures("_thawed")
def test_garbage_is_looked_for_while_a_command_runs() -> None:
    chosen = command_line.parse(["list"])
    assert chosen.command(chosen) == 0
    assert gc.isenabled()
