"""Welcome: what the backup is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import rules
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk.description import Description, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers


def name(profile: Profile) -> Text:
    """The backup's name, which stays once it was saved, because the server's folder is called so."""

    def rule(typed: str) -> str | None:
        if typed == profile.name:
            return rules.name(typed)
        if profiles.exists(profile.name):
            return _(
                "This backup is called “{name}”, and you can't rename it. A new backup can have another name."
            ).format(name=profile.name)
        if profiles.exists(typed):
            return _("You already have a backup with that name. Choose another name.")
        return rules.name(typed) or profiles.taken(typed)

    label = _("Backup name, like your computer's")
    return Text(id="name", label=label, default=profile.name, rule=rule)


def questions(profile: Profile, found: None, answers: Answers) -> Iterator[Text]:
    """The name."""
    yield name(profile)


def decided(profile: Profile, typed: str) -> Profile:
    """The profile under that name."""
    return msgspec.structs.replace(profile, name=typed)


async def settle(profile: Profile, found: None, answers: Answers, context: WalkContext) -> Profile:
    """The profile under the name that was given."""
    return decided(profile, answers.get("name", profile.name))


DESCRIPTION = Description(question=_("Name this backup"), questions=questions, settle=settle)
