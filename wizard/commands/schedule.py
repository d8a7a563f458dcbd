"""When a backup is made automatically: shown, set, and tried where it will run."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from wizard import trouble
from wizard.client.keys import secrets
from wizard.client.session import Session
from wizard.commands import terminal
from wizard.console import ToPaste, say, warn
from wizard.failure import Failure, Kind
from wizard.schedule import schedulers, setting, trial, words
from wizard.schedule.alarms import channels, messages
from wizard.schedule.alarms import words as elsewhere
from wizard.server.reaching import host_trust, sign_in
from wizard.storage import paths, profiles
from wizard.text.language import _
from wizard.trouble import telling
from wizard.walk import steps
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.profile import Profile, Schedule
    from wizard.schedule.trial import Answer


def schedule(chosen: Namespace) -> int:
    """Set the schedule and try it, or show it; 1 where it is set and the trial failed.

    Raises:
        Failure: `NO_SUCH_PROFILE`, `PROFILE_IN_USE`, or as for `setting.put`.
    """
    if chosen.is_trial:
        return _be_tried(profiles.load(chosen.name))
    is_set = any(asked is not None for asked in (chosen.every, chosen.at, chosen.on_battery, chosen.on_metered))
    is_told_elsewhere = any(getattr(chosen, channel) is not None for channel in elsewhere.WORDS)
    profile = _set(chosen, is_set=is_set) if is_set or is_told_elsewhere else profiles.load(chosen.name)
    answer = None
    if not chosen.json:
        _tell(profile)
    if is_set and profile.schedule.every != "off" and _is_set_up(profile):
        answer = trial.of(profile)
    if chosen.json:
        say(ToPaste(json.dumps(_as_json(profile, answer))))
    elif answer:
        _tell_trial(answer)
    return 1 if answer and not answer.is_good else 0


def _is_set_up(profile: Profile) -> bool:
    return steps.begin(profile).step is Step.FINISH


def _set(chosen: Namespace, *, is_set: bool) -> Profile:
    with terminal.session() as opened:
        profile = terminal.held(chosen.name, opened)
        for channel, its in elsewhere.WORDS.items():
            match getattr(chosen, channel):
                case True:
                    profile = channels.put(profile, channel, terminal.secret(f"{_(its.label)}:"))
                case False:
                    profile = channels.remove(profile, channel)
        return setting.put(profile, _changed(profile.schedule, chosen)) if is_set else profile


def _changed(schedule: Schedule, chosen: Namespace) -> Schedule:
    every = chosen.every or schedule.every
    kept_at = schedule.at if every in {"daily", "weekly"} else ""
    return replace(
        schedule,
        every=every,
        at=kept_at if chosen.at is None else chosen.at,
        on_battery=schedule.on_battery if chosen.on_battery is None else chosen.on_battery,
        on_metered=schedule.on_metered if chosen.on_metered is None else chosen.on_metered,
    )


def _tell(profile: Profile) -> None:
    is_scheduled = profile.schedule.every != "off"
    say(" ".join([f"{words.how_often(profile.schedule)}.", *([_conditions(profile.schedule)] if is_scheduled else [])]))
    _tell_elsewhere(profile)
    if not is_scheduled:
        return
    if not _is_set_up(profile):
        say(_("It starts once you finish setting it up: “backup-wizard {name}”.").format(name=profile.name))
    installed = schedulers.installed()
    if installed is None:
        again = f"backup-wizard schedule {profile.name} {profile.schedule.every}"
        say(_("But nothing starts it. Run “{command}” to set it up again.").format(command=again))
        return
    for one in installed.texts:
        place = paths.shown(Path(one.place)) if one.place.startswith("/") else one.place
        say(_("Started by {scheduler}: {place}").format(scheduler=installed.scheduler, place=place))


def _tell_elsewhere(profile: Profile) -> None:
    for sentence in elsewhere.told(profile):
        say(sentence)
    if profile.schedule.alarm and not messages.is_installed():
        warn(trouble.explain(Failure(Kind.APPRISE_MISSING), profile).sentence)


def _tell_trial(answer: Answer) -> None:
    for text in answer.in_words:
        (say if answer.is_good else warn)(text)


def _conditions(schedule: Schedule) -> str:
    match schedule.on_battery, schedule.on_metered:
        case True, True:
            return _("It also runs on battery power and over metered connections.")
        case True, False:
            return _("It also runs on battery power, but not over metered connections.")
        case False, True:
            return _("It also runs over metered connections, but not on battery power.")
        case _:
            return _("It waits while this computer is on battery power or a metered connection.")


def _as_json(profile: Profile, answer: Answer | None) -> dict[str, object]:
    schedule = profile.schedule
    return {
        "profile": profile.name,
        "every": schedule.every,
        "at": schedule.at,
        "on_battery": schedule.on_battery,
        "on_metered": schedule.on_metered,
        "alarm": schedule.alarm,
        "ping": schedule.ping,
        "timer": schedulers.state(),
        "trial": msgspec.to_builtins(answer) if answer else None,
    }


def _be_tried(profile: Profile) -> int:
    """What the scheduler starts: sign in as a backup would, with nobody to ask, and say in JSON how it went."""
    os.environ[secrets.UNATTENDED] = "1"
    try:
        asyncio.run(_sign_in(profile))
    except Failure as failure:
        told = asyncio.run(telling.tell(failure, profile)).trouble
        if told.waits_for_admin:
            told = trouble.explain(Failure(Kind.WAITING_FOR_ADMIN, profile.server.host), profile)
        say(ToPaste(trial.printed(told.kind, told.sentence)))
        return told.exit_code
    say(ToPaste(trial.printed(None, "")))
    return 0


async def _sign_in(profile: Profile) -> None:
    await host_trust.establish(profile)
    with Session() as opened:
        await sign_in.attempt(profile, await opened.access(profile))
