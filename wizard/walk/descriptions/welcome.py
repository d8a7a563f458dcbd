"""Welcome: what the backup is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.client import renaming
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Description, Text
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers


def name(profile: Profile) -> Text:
    """The backup's name, which stays once something carries it: its key, and with that the server's text."""

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

    label = _("Backup name, like your computer's")
    return Text(id="name", label=label, default=profile.name, rule=rule)


def without_spaces(typed: str) -> str:
    """The name with dashes for spaces, which no name can have."""
    return "-".join(typed.split())


def _is_carried(profile: Profile) -> bool:
    order = list(Step)
    is_kept = profiles.exists(profile.name)
    is_asked = order.index(steps.begin(profile).reached) >= order.index(Step.HAND_OVER)
    return is_kept and (is_asked or profile.key_path.exists())


def questions(profile: Profile, found: None, answers: Answers) -> Iterator[Text]:
    """The name."""
    yield name(profile)


def decided(profile: Profile, typed: str) -> Profile:
    """The profile under that name."""
    return msgspec.structs.replace(profile, name=without_spaces(typed))


async def settle(profile: Profile, found: None, answers: Answers, context: WalkContext) -> Profile:
    """The profile under the name that was given; one that was kept under another name is there no more.

    Raises:
        Failure: another program holds the backup, or our folder can't be written to.
    """
    named = decided(profile, answers.get("name", profile.name))
    if named.name != profile.name and profiles.exists(profile.name):
        context.session.hold(named.name)
        renaming.rename_held(profile.name, named.name)
        return msgspec.structs.replace(named, key=profiles.load(named.name).key)
    return named


DESCRIPTION = Description(question=_("Name this backup"), questions=questions, settle=settle)
