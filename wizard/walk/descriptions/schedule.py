"""Schedule: how often the backup is made from now on, and what is added to this computer for that."""

from __future__ import annotations

import shlex
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from wizard import rules
from wizard.client.process.background import in_background
from wizard.console import ToPaste
from wizard.failure import Failure
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule import words
from wizard.text.language import N_, _
from wizard.walk import steps
from wizard.walk.description import Alternative, Description, May, MayIfConfirmed, MayNot, OneOf, Text, YesNo
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Every, Profile
    from wizard.schedule.trial import Answer
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Pass, Question

QUESTION = _("How often should this computer back up?")
CATCHES_UP = _("Backups run in the background while this computer is on. One that is missed is made up for later.")
TRYING = _("Testing it the way your system will start it")
ADDED = _("What is added to this computer")
ASKS_EACH_TIME = _(
    "Your key's passphrase is typed each time, so a backup can't start without you. For a schedule, go back to “Key”"
    " and save the passphrase in your keyring."
)
_SUITS = N_("when it suits")
_RECOMMENDED: Every = "daily"


class Found(msgspec.Struct, frozen=True):
    """Whether it was decided before; the texts with their places and the commands that a schedule adds, or why not."""

    is_decided: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    why_not: Failure | None = None

    @property
    def added(self) -> str:
        """All that is added, as text."""
        parts = [f"{place}\n\n{text.rstrip()}\n" for place, text in self.texts]
        return "\n".join([*parts, *self.commands])


async def look(profile: Profile, context: WalkContext, before: object = None) -> Found:
    """See what a schedule would add; a demo adds nothing."""
    is_decided = (
        profile.schedule != Schedule()
        or steps.begin(profile).reached is Step.FINISH
        or record.read(profile.name).last is not None
    )
    if context.is_demo:
        return Found(is_decided)
    try:
        plan = await in_background(_module("schedulers").plan)
    except Failure as failure:
        return Found(is_decided, why_not=failure)
    texts = tuple((one.place, one.text) for one in plan.texts)
    return Found(is_decided, texts, tuple(map(shlex.join, plan.commands)))


def needs_person(profile: Profile) -> bool:
    """Whether the key can't be opened without the person."""
    return profile.key.protection == "ask" and not profile.key_is_agents


def every(profile: Profile, found: Found, before: str = "") -> OneOf:
    """How often; `before` was chosen in an earlier visit."""
    can_be = not (found.why_not or needs_person(profile))
    default = profile.schedule.every if found.is_decided or not can_be else _RECOMMENDED
    listed = [
        Alternative(
            one,
            _("{choice} (recommended)").format(choice=_(title)) if one == _RECOMMENDED and can_be else _(title),
            disabled=one != "off" and found.why_not is not None,
        )
        for one, title in words.EVERY.items()
    ]
    return OneOf(id="every", label=QUESTION, alternatives=tuple(listed), default=before or default)


def at(profile: Profile) -> Text:
    """The time of day."""
    return Text(
        id="at",
        label=_("Start at"),
        default=profile.schedule.at,
        hint=_("HH:MM, or empty: when it suits"),
        nothing=_(_SUITS),
        rule=lambda typed: rules.time_of_day(typed) if typed else None,
    )


def conditions(profile: Profile) -> tuple[YesNo, YesNo]:
    """When it is made as well, though that may cost something."""
    battery = YesNo(
        id="on_battery",
        label=_("Also on battery power"),
        ask=_("Back up on battery power, too?"),
        default=profile.schedule.on_battery,
    )
    metered = YesNo(
        id="on_metered",
        label=_("Also on metered networks, such as a phone's"),
        ask=_("Back up on metered networks, such as a phone's, too?"),
        default=profile.schedule.on_metered,
    )
    return battery, metered


def has_time(chosen: str) -> bool:
    """Whether a time of day can be set."""
    return chosen in {"daily", "weekly"}


def questions(profile: Profile, found: Found, answers: Answers) -> Iterator[Question]:
    """How often, and what depends on that."""
    yield every(profile, found)
    if has_time(answers.get("every", "")):
        yield at(profile)
    if answers.get("every", "off") != "off":
        yield from conditions(profile)


def decided(profile: Profile, answers: Answers) -> Profile:
    """The profile with that schedule; what was not asked stays as it is."""
    chosen = answers.get("every", profile.schedule.every)
    changed = msgspec.structs.replace(
        profile.schedule,
        every=chosen,
        at=answers.get("at", profile.schedule.at) if has_time(chosen) else "",
        on_battery=answers.get("on_battery", profile.schedule.on_battery),
        on_metered=answers.get("on_metered", profile.schedule.on_metered),
    )
    return msgspec.structs.replace(profile, schedule=changed)


def may_pass(profile: Profile, found: Found, answers: Answers) -> Pass:
    """Whoever has chosen what this computer can do."""
    wanted = decided(profile, answers).schedule
    if wanted.every != "off" and found.why_not:
        return MayNot(failure=found.why_not)
    if wanted.at and (complaint := rules.time_of_day(wanted.at)):
        return MayNot(complaint)
    return May()


async def try_out(profile: Profile, found: Found, answers: Answers, context: WalkContext) -> Pass:
    """Whether a backup that the scheduler starts reaches its keyring, ssh and the server.

    A schedule that would not work yet may be set all the same: what is in its way may be gone later.
    """
    if context.is_demo or decided(profile, answers).schedule.every == "off":
        return May()
    context.tell(f"{TRYING} …")
    answer: Answer = await _module("trial").wait_for(profile)
    works = answer.is_good and answer.seems_to_run
    return May("\n".join(answer.in_words)) if works else is_meant(answer)


def is_meant(answer: Answer) -> MayIfConfirmed:
    """Whether a schedule is to be set all the same, though it wouldn't work yet."""
    return MayIfConfirmed(
        _("Automatic backups don't work yet"),
        "\n\n".join(answer.in_words),
        yes=_("Use it anyway"),
        no=_("Change it"),
    )


async def settle(profile: Profile, found: Found, answers: Answers, context: WalkContext) -> Profile:
    """The profile with that schedule, once the system's scheduler has it.

    Raises:
        Failure: the scheduler can't be changed.
    """
    wanted = decided(profile, answers)
    if context.is_demo or wanted.schedule.every == profile.schedule.every == "off":
        return wanted
    kept: Profile = await in_background(partial(_module("setting").put, profile, wanted.schedule))
    return kept


def _told(profile: Profile, found: Found) -> Iterator[str]:
    yield CATCHES_UP
    if needs_person(profile):
        yield ASKS_EACH_TIME
    if found.added:
        yield _("{title}, if you choose a schedule:").format(title=ADDED)
        yield ToPaste(found.added)


def _module(name: str) -> Any:
    """One that works with the system's scheduler: a stand-in for it takes its place in the tests."""
    return import_module(f"wizard.schedule.{name}")


DESCRIPTION = Description(
    question=QUESTION,
    look=look,
    told=_told,
    questions=questions,
    may_pass=may_pass,
    try_out=try_out,
    settle=settle,
)
