"""Walks on the screens for the trials of `tests.support.kills.killing`, each in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from screens.app import WizardApp
from screens.context import Context
from tests.support.data import scheduler
from tests.support.kills import walks
from tests.support.kills.person import TAKEN, Office, Person
from wizard.client.keys import protected_key
from wizard.client.session import Session
from wizard.profile import Profile
from wizard.server.reaching import host_trust
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.descriptions import schedule
from wizard.walk.steps import Step, Walk

NAME = "amamac"

schedule._module = scheduler.stand_in


def begin_at(file: str, step: str) -> None:
    """As it is when a walk of these answers has come to the way in, or to the hand-over."""
    profile = profiles.read(Path(file))
    if step == Step.HAND_OVER:
        asyncio.run(host_trust.establish(profile))
        protected_key.ensure(profile)
    steps.record(Walk(profile, Step(step), Step(step)))


def to_its_end(office: str) -> None:
    """From nothing, or from where it was left, to the first real backup."""
    asyncio.run(_person(office).walk(_begun()))


def until_at(office: str, step: str) -> None:
    """From where it was left until a step is shown."""
    asyncio.run(_person(office).walk(_begun(), until_at=Step(step)))


def another_key(office: str) -> None:
    """Back to the step of the key, for another one."""
    asyncio.run(_person(office).walk(steps.jump(_begun(), Step.KEY), answers=1))


def one_answer(office: str, left_at: str) -> None:
    """Go on where it was left, and answer what is asked there; print what came of it, and what there is then."""
    begun = _gone_on_with(office, left_at)
    is_done = asyncio.run(_person(office).walk(begun, answers=1))
    print("all is done" if is_done else f"it went on at {begun.step}")
    walks.state()


def seen(office: str, left_at: str) -> None:
    """Go on where it was left, and answer nothing."""
    asyncio.run(_person(office).look(_gone_on_with(office, left_at)))


def seen_and_gone_on_with_unattended(office: str, left_at: str) -> None:
    """Go on where it was left, answer nothing, and let it be walked to its end where nobody could answer."""
    seen(office, left_at)
    assert walks.answers_let_in(str(paths.profile(NAME))) == 0
    assert _begun().step == Step.FINISH


def _gone_on_with(office: str, left_at: str) -> Walk:
    begun = _begun()
    order = steps.applicable(begun.profile)
    was = order.index(Step(left_at.split()[0]))
    assert order.index(begun.step) in {was, was + 1}, f"left at {left_at}, gone on with at {begun.step}"
    if left_at == TAKEN:
        assert begun.profile.server.root == msgspec.json.decode(office, type=Office).root, "a receipt was lost"
    return begun


def _person(office: str) -> Person:
    return Person(msgspec.json.decode(office, type=Office))


def _begun() -> Walk:
    return steps.begin(profiles.load(NAME)) if profiles.exists(NAME) else Walk(Profile(name=NAME))


def _begin_quickly() -> None:
    """Have Textual read our styles once, before the process forks for each trial."""

    async def begin() -> None:
        async with WizardApp(Walk(Profile(name=NAME)), Context(Session())).run_test():
            pass

    asyncio.run(begin())


_begin_quickly()
