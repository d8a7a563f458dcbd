"""Welcome: what the backup is called, and whether it is on a server already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.client import renaming
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Description, Text, YesNo
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.rules import Rule
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Question


ADOPTS = YesNo(
    id="adopts",
    label=_("My backup is on a server already"),
    sentence=_("Its computer is lost, or this one replaces it."),
    ask=_("Is your backup on a server already, from a computer that is lost or that this one replaces?"),
)
HOW_TO_ADOPT = _(
    "This computer gets a new key. Your admin puts it in the place of the old computer's key, which then no longer"
    " works. After that, you can get your files back, and backups continue in the same folder.\n"
)


def name(profile: Profile) -> Text:
    """The backup's name, which stays once something carries it: its key, and with that the server's text."""
    if profile.adopting:
        hint = _("as on the old computer; your admin knows it")
        default = profile.name if profiles.exists(profile.name) else ""
        return Text(id="name", label=_("Name of that backup"), default=default, hint=hint, rule=_rule(profile))
    label = _("Backup name, like your computer's")
    return Text(id="name", label=label, default=profile.name, rule=_rule(profile))


def old_home(profile: Profile) -> Text:
    """The home folder on the old computer: what was in it keeps its place in the backup."""
    return Text(
        id="old-home",
        label=_("Your home folder on the old computer"),
        default=profile.old_home or str(Path.home()),
        rule=rules.folder,
    )


def _rule(profile: Profile) -> Rule:
    def rule(typed: str) -> str | None:
        typed = without_spaces(typed)
        if typed == profile.name:
            return rules.name(typed)
        if _is_carried(profile):
            return _(
                "This backup's key is called “{name}”, so you can't rename it. A new backup can have another name."
            ).format(name=profile.name)
        if profiles.exists(typed):
            return _("You already have a backup with that name. Choose another name.")
        return rules.name(typed) or profiles.taken(typed)

    return rule


def without_spaces(typed: str) -> str:
    """The name with dashes for spaces, which no name can have."""
    return "-".join(typed.split())


def _is_carried(profile: Profile) -> bool:
    order = list(Step)
    is_kept = profiles.exists(profile.name)
    is_asked = order.index(steps.begin(profile).reached) >= order.index(Step.HAND_OVER)
    return is_kept and (is_asked or profile.key_path.exists())


def may_adopt(profile: Profile) -> bool:
    """Whether it can still be decided if the backup is on a server already."""
    return not _is_carried(profile)


def adopting(profile: Profile, *, adopts: bool, old_home: str = "") -> Profile:
    """The profile of a backup that is on a server already, or of a new one."""
    elsewhere = "" if old_home.rstrip("/") == str(Path.home()) else old_home
    return msgspec.structs.replace(profile, adopting="yes" if adopts else "", old_home=elsewhere if adopts else "")


def questions(profile: Profile, found: None, answers: Answers) -> Iterator[Question]:
    """Whether it is on a server already, unless that is clear, and the name."""
    if may_adopt(profile) and not profile.adopting:
        yield ADOPTS
    profile = adopting(profile, adopts=answers.get(ADOPTS.id, bool(profile.adopting)))
    yield name(profile)
    if profile.adopting:
        yield old_home(profile)


def decided(profile: Profile, typed: str) -> Profile:
    """The profile under that name."""
    return msgspec.structs.replace(profile, name=without_spaces(typed))


def _placed(profile: Profile, answers: Answers) -> Profile:
    if not answers or not (profile.adopting or may_adopt(profile)):
        return profile
    adopts = answers.get(ADOPTS.id, bool(profile.adopting))
    return adopting(profile, adopts=adopts, old_home=answers.get("old-home", profile.old_home))


def _told(profile: Profile, found: None) -> Iterator[str]:
    if profile.adopting:
        yield HOW_TO_ADOPT


async def settle(profile: Profile, found: None, answers: Answers, context: WalkContext) -> Profile:
    """The profile under the name that was given; one that was kept under another name is there no more.

    Raises:
        Failure: another program holds the backup, or our folder can't be written to.
    """
    named = decided(_placed(profile, answers), answers.get("name", profile.name))
    if named.adopting and not profile.adopting:
        context.tell(HOW_TO_ADOPT)
    if named.name != profile.name and profiles.exists(profile.name):
        context.session.hold(named.name)
        renaming.rename_held(profile.name, named.name)
        return msgspec.structs.replace(named, key=profiles.load(named.name).key)
    return named


DESCRIPTION = Description(question=_("Name this backup"), told=_told, questions=questions, settle=settle)
