"""Steps on the screens for the trials of `tests.support.killing`, each driven by keys in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.pilot import arrived, at, said, text, until, wizard_at
from wizard import profiles, steps
from wizard.profile import Profile
from wizard.steps import Step, Walk

if TYPE_CHECKING:
    from textual.pilot import Pilot

_READY = {Step.FOLDERS: "will be backed up", Step.KEY: "A new key without protection"}


def name_and_folders(name: str) -> None:
    """From nothing, or where a walk was cut off, to the step “Server”."""
    asyncio.run(_go_on(name, Step.SERVER))


def way_in_and_key(name: str) -> None:
    """From the step “Way in” to the hand-over, with a new key whose passphrase the keyring keeps."""
    asyncio.run(_go_on(name, Step.HAND_OVER))


async def _go_on(name: str, end: Step) -> None:
    begun = steps.begin(profiles.load(name)) if profiles.exists(name) else Walk(Profile(name=name))
    async with wizard_at(begun.profile, begun.step, reached=begun.reached) as pilot:
        await arrived(pilot, begun.step)
        while (here := at(pilot)) != end:
            assert here
            await until(pilot, lambda: _READY.get(here, "") in said(pilot) + text(pilot))
            await pilot.press("enter")
            await _left(pilot, here)


async def _left(pilot: Pilot[int], step: Step) -> None:
    order = list(Step)
    await until(pilot, lambda: at(pilot) not in {None, step})
    following = at(pilot)
    assert following
    assert order.index(following) > order.index(step)
    await arrived(pilot, following)


def begin_way_in(file: str) -> None:
    """As it is when the server was recognised."""
    steps.record(Walk(profiles.read(Path(file)), Step.SCHEME, Step.SCHEME))
