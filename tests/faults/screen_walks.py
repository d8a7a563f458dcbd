"""Steps on the screens for the trials of `tests.support.killing`, each driven by keys in a process of its own."""

from __future__ import annotations

import asyncio

from tests.support.pilot import arrived, said, text, until, wizard_at
from wizard import profiles, steps
from wizard.profile import Profile
from wizard.steps import Step, Walk


def name_and_folders(name: str) -> None:
    """From nothing to the step “Server”."""

    async def drive() -> None:
        async with wizard_at(Profile(name=name), Step.WELCOME) as pilot:
            await pilot.press("enter")
            await arrived(pilot, Step.FOLDERS)
            await until(pilot, lambda: "will be backed up" in said(pilot))
            await pilot.press("enter")
            await arrived(pilot, Step.SERVER)

    asyncio.run(drive())


def way_in_and_key(name: str) -> None:
    """From the step “Way in” to the hand-over, with a new key whose passphrase the keyring keeps."""

    async def drive() -> None:
        profile = profiles.load(name)
        async with wizard_at(profile, Step.SCHEME) as pilot:
            await pilot.press("enter")
            await arrived(pilot, Step.KEY)
            await until(pilot, lambda: "keyring" in said(pilot) + text(pilot))
            await pilot.press("enter")
            await arrived(pilot, Step.HAND_OVER)

    asyncio.run(drive())


def begin_way_in(file: str) -> None:
    """As it is when the server was recognised."""
    from pathlib import Path

    steps.record(Walk(profiles.read(Path(file)), Step.SCHEME, Step.SCHEME))
