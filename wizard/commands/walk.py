"""The walk itself: with screens, on lines, unattended, or as a demo."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import starting
from wizard.commands import terminal
from wizard.failure import Failure, Kind
from wizard.profile import Profile
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.steps import Walk

if TYPE_CHECKING:
    from argparse import Namespace


def walk(chosen: Namespace) -> int:
    """The walk in the way that was asked for.

    Raises:
        Failure: `NO_TERMINAL` where somebody would have to be asked, a profile can't be read, or without questions, a
            step can't be passed.
    """
    if chosen.version:
        from wizard import __version__
        from wizard.console import say

        say(f"backup-wizard {__version__}")
        return 0
    if chosen.answers:
        return _unattended(Path(chosen.answers))
    from wizard.client import renaming

    renaming.finish()
    return _attended(_begun(chosen.name), chosen)


def adopt(chosen: Namespace) -> int:
    """The walk of a backup that is on a server already, which this computer takes over.

    Raises:
        Failure: as for `walk`.
    """
    return _attended(steps.new(adopting="yes"), chosen)


def _attended(begun: Walk | None, chosen: Namespace) -> int:
    if not terminal.is_there():
        raise Failure(Kind.NO_TERMINAL)
    if chosen.plain or not terminal.sees_screens():
        from wizard.commands import restore, transferring
        from wizard.walk import plain

        with terminal.session() as opened:
            return plain.walk(begun, opened, partial(transferring.run, as_json=False), restore.carry_out)
    starting.begin()
    from screens import app

    return app.run(begun)


def demo(_chosen: Namespace) -> int:
    """The walk against a practice server on this machine."""
    from wizard import demo as practice

    with practice.stage() as stage:
        if not terminal.sees_screens():
            return asyncio.run(practice.by_itself(stage))
        starting.begin()
        from screens import app

        exit_code = app.run(Walk(stage.profile), stage.apply_as_admin, stage.server_facts)
    from wizard.console import say

    say(_("The demo is over and left nothing behind. Run “backup-wizard” to set up your own backup."))
    return exit_code


def _unattended(file: Path) -> int:
    from wizard.walk import unattended

    with terminal.session() as opened:
        return asyncio.run(unattended.walk(profiles.read(file), opened))


def _begun(name: str | None) -> Walk | None:
    if name is None:
        return None
    if profiles.exists(name):
        return steps.begin(profiles.load(name))
    from wizard.profile import check

    profiles.require_distinct(name)
    return Walk(check(Profile(name=name)))
