"""Driving the app as a person would, and waiting for what it does instead of for a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from screens.app import WizardApp
from screens.context import Context
from tests.support.quick import quick_textual
from wizard.client.session import Session
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot
    from textual.screen import Screen

    from wizard.profile import Profile
    from wizard.schemes.facts import ServerFacts

_MOST_SECONDS = 100
_MOST_SECONDS_TO_END = 3

SIZES = [(80, 24), (120, 40)]
# The pictures are of all sizes; what a test does is much the same in each.
TRIED_SIZES = [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.every_case)]

quick_textual.hasten()


@contextlib.asynccontextmanager
async def wizard_at(
    profile: Profile,
    step: Step,
    *,
    size: tuple[int, int] = (80, 24),
    reached: Step | None = None,
    apply_as_admin: Callable[[Profile, str], None] | None = None,
    server_facts: ServerFacts | None = None,
) -> AsyncIterator[Pilot[int]]:
    """The wizard at one step, as if the walk had come there; every look for the admin follows at once."""
    with Session() as session:
        context = Context(session, apply_as_admin=apply_as_admin, pauses=(0.05, 0.05))
        if server_facts:
            context.server_facts = server_facts
        app = WizardApp(Walk(profile, step, reached or step), context)
        session.ask = app.ask_passphrase
        async with app.run_test(size=size, notifications=True) as pilot:
            # A question may be over the step's screen from the start.
            await until(pilot, lambda: step in [at_screen(screen) for screen in app.screen_stack])
            yield pilot
            if not app._exit:
                text(pilot)  # whatever is left there can be painted
        # What was cancelled is still ending its programs, which needs the event loop.
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(left, timeout=_MOST_SECONDS_TO_END)  # a test's own server may be among them


async def until(pilot: Pilot[int], holds: Callable[[], object]) -> None:
    """Let the app work until something holds; what it shows instead is told when it never does."""
    until = time.monotonic() + _MOST_SECONDS  # for what never comes; a busy machine takes its time
    while time.monotonic() < until:
        if holds():
            return
        await pilot.pause(0.05)
        if pilot.app._exception:
            raise pilot.app._exception
        assert not pilot.app._exit, "the app has ended"
    raise AssertionError(f"waited in vain; the screen shows:\n{text(pilot)}")


async def arrived(pilot: Pilot[int], step: Step) -> None:
    """Wait until the screen of a step is there to be seen, and not only on its way."""
    await until(pilot, lambda: at(pilot) == step and getattr(pilot.app.screen, "question", "") in text(pilot))


def at(pilot: Pilot[int]) -> Step | None:
    """The step whose screen is shown, or `None` if it is another screen or one that takes no keys yet."""
    return at_screen(pilot.app.screen)


def at_screen(screen: Screen[object]) -> Step | None:
    """The same of any screen."""
    return getattr(screen, "step", None) if screen.is_mounted else None


def walk(pilot: Pilot[int]) -> Walk:
    """The walk as the conductor has it."""
    assert isinstance(pilot.app, WizardApp)
    assert pilot.app.walk is not None
    return pilot.app.walk


def text(pilot: Pilot[int]) -> str:
    """All that the terminal shows now, as lines of text."""
    width = pilot.app.size.width
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line)[:width] for line in lines)


def said(pilot: Pilot[int]) -> str:
    """All sentences on the screen, each on one line, however the terminal wraps them."""
    shown = (widget for widget in pilot.app.screen.query(Static) if widget.display)
    return "\n".join(str(widget.content) for widget in shown)
