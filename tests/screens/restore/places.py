"""A backup on a real server, from which files come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from screens.restore.restore_screen import RestoreScreen
from tests.screens.at_the_server import Place, arrive
from tests.support.data.trees import tree
from tests.support.pilot import text, until
from wizard.client import access
from wizard.running import report
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd
    from wizard.walk.getting_back.stages import Stage


async def backed_up(sshd: RealSshd, source: Path, *, may_read: bool = True) -> Place:
    place = arrive(sshd, source)
    scheme = msgspec.structs.replace(place.profile.scheme, write_only=not may_read)
    place = Place(msgspec.structs.replace(place.profile, scheme=scheme), place.sshd, place.facts)
    place.let_in()
    profiles.save(place.profile)
    await report.backup(place.profile, access.prepare(place.profile))
    steps.record(Walk(place.profile, Step.FINISH, Step.FINISH))
    return place


async def at_stage(pilot: Pilot[int], stage: Stage) -> None:
    """Wait until the screen of a stage is there to be seen."""
    await until(
        pilot,
        lambda: (
            isinstance(pilot.app.screen, RestoreScreen)
            and pilot.app.screen.stage is stage
            and pilot.app.screen.is_mounted
            and pilot.app.screen.is_complete
            and pilot.app.screen.question in text(pilot)
        ),
    )


def content(folder: Path) -> dict[str, str]:
    """What is in all files and links."""
    return {path: one.content for path, one in tree(folder).items() if one.kind != "d"}
