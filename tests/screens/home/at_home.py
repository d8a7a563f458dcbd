"""Backups in every state, and the home screen that shows them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from screens.app import WizardApp
from screens.context import Context
from screens.home.backup_list import BackupList
from screens.home.screen import HomeScreen
from tests.support.data.profiles import a_profile
from tests.support.pilot import until
from wizard.client.session import Session
from wizard.profile import Profile, Schedule
from wizard.running import record
from wizard.storage import state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot


def kept(name: str, step: Step = Step.FINISH, *, schedule: Schedule | None = None, **run: object) -> Profile:
    profile = a_profile(name=name, schedule=schedule or Schedule())
    if step is Step.SERVER:
        profile = Profile(name=name, folders=("/home/amanda",))
    steps.record(Walk(profile, step, step))
    if run:
        place = f"{profile.server.account}:{profile.destination}"
        state_files.save(name, "last-run.json", record.Record(place=place, **run))  # type: ignore[arg-type]
    return profile


@contextlib.asynccontextmanager
async def home_screen(
    size: tuple[int, int] = (80, 24), *, pauses: tuple[float, float] = (60, 60)
) -> AsyncIterator[Pilot[int]]:
    with Session() as session:
        app = WizardApp(None, Context(session, pauses=pauses))
        session.ask = app.ask_passphrase
        async with app.run_test(size=size) as pilot:
            await is_home(pilot)
            yield pilot


async def is_home(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and pilot.app.screen.query(BackupList))


def title(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#details").border_title)
