"""Leads from stage to stage until the files are back, or the person would rather not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.outcome import Back, Home, Leave
from screens.restore.visit import Onward, To, Visit
from wizard.walk.getting_back.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from screens.context import Context
    from screens.restore.restore_screen import RestoreScreen
    from wizard.profile import Profile


async def get_back(profile: Profile, context: Context, show: Callable[[RestoreScreen], Awaitable[object]]) -> bool:
    """Show screen after screen; returns whether it ended in any other way than by leaving the wizard."""
    visit = Visit(profile, context)
    here, came_back = visit.order[0], False
    while True:
        outcome = await show(_screen(visit, here, came_back=came_back))
        order = visit.order
        at = order.index(here) if here in order else 0
        match outcome:
            case Onward():
                here, came_back = order[at + 1], False
            case Back() if at:
                here, came_back = order[at - 1], True
            case To(stage):
                here, came_back = stage, True
            case Back() | Home():
                return True
            case Leave() | None:
                return False


def _screen(visit: Visit, stage: Stage, *, came_back: bool) -> RestoreScreen:
    match stage:
        case Stage.ADMIN:
            from screens.restore.admin import AdminScreen

            return AdminScreen(visit, came_back=came_back)
        case Stage.VERSION:
            from screens.restore.version import VersionScreen

            return VersionScreen(visit)
        case Stage.FILES:
            from screens.restore.files import FilesScreen

            return FilesScreen(visit)
        case Stage.PLACE:
            from screens.restore.place import PlaceScreen

            return PlaceScreen(visit)
        case Stage.EXISTING:
            from screens.restore.existing import ExistingScreen

            return ExistingScreen(visit)
        case Stage.PRACTICE:
            from screens.restore.practice import PracticeScreen

            return PracticeScreen(visit)
        case Stage.RESTORE:
            from screens.restore.running import RestoringScreen

            return RestoringScreen(visit)
