"""The same walk as questions on lines."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from wizard import console
from wizard.console import say
from wizard.failure import Failure
from wizard.trouble import telling
from wizard.walk import steps
from wizard.walk.plain import asker, deciding, key, proving, way_in
from wizard.walk.plain.asker import GoAway, GoBack
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.session import Session
    from wizard.profile import Profile

    BackUp = Callable[[Profile, Session], object]

_STEPS: dict[Step, Callable[[Profile, Session], Profile]] = {
    Step.WELCOME: deciding.welcome,
    Step.FOLDERS: deciding.folders,
    Step.SERVER: deciding.server,
    Step.FINGERPRINT: deciding.fingerprint,
    Step.SCHEME: way_in.scheme,
    Step.KEY: key.key,
    Step.HAND_OVER: proving.hand_over,
    Step.PROOF: proving.proof,
    Step.DRY_RUN: proving.dry_run,
}


def walk(begun: Walk | None, session: Session, back_up: BackUp | None = None) -> int:
    """Lead from question to question; everything decided is kept, whenever the person leaves.

    `back_up` makes the first real backup, which is offered at the end.
    """
    say("backup-wizard on lines. Enter takes what stands in brackets, < goes a step back, Ctrl+D leaves.")
    here = None
    try:
        here = _begun(begun, session)
        while here is not None:
            here = _after(here, session, back_up)
    except GoAway:
        say(f"\n{console.left_at(here, 'backup-wizard --plain')}" if here else "")
    return 0


def _begun(walk: Walk | None, session: Session) -> Walk | None:
    while True:
        try:
            return steps.take(walk or deciding.choose_backup(), session)
        except GoBack:
            continue
        except Failure as failure:
            told = asyncio.run(telling.tell(failure, walk.profile if walk else None))
            console.complain(told.trouble, told.raw_file)
            with contextlib.suppress(GoBack):
                asker.line("Enter tries again, Ctrl+D leaves")


def _after(here: Walk, session: Session, back_up: BackUp | None) -> Walk | None:
    order = steps.applicable(here.profile)
    say(f"\nStep {order.index(here.step) + 1} of {len(order)}: {steps.TITLES[here.step]}")
    try:
        decide = _STEPS.get(here.step) or partial(proving.finish, back_up=back_up)
        following = steps.forward(here, decide(here.profile, session))
        session.hold(following.profile.name)
        steps.record(following)
    except GoBack:
        return steps.back(here)
    except Failure as failure:
        told = asyncio.run(telling.tell(failure, here.profile))
        console.complain(told.trouble, told.raw_file)
        return _try_again(here)
    return None if here.step is Step.FINISH else following


def _try_again(here: Walk) -> Walk:
    try:
        asker.line("Enter tries again, < goes a step back")
    except GoBack:
        return steps.back(here)
    return here
