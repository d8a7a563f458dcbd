"""Older versions: whether the server keeps the backup as it was on earlier days, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard.text.language import _
from wizard.walk.description import Alternative, Description, OneOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.profile import Profile
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers

QUESTION = _("Keep older versions?")
ABOUT = _(
    "The server makes the versions itself. Neither this computer nor a thief with its key can change or delete them."
)
TAKES_OVER = _("If the server has kept versions for the old computer, choose “Yes” to get files back from them, too.")
_NONE = _("No, only the latest backup")


def keep(profile: Profile, before: str = "") -> OneOf:
    """Who keeps any; `before` was chosen in an earlier visit."""
    alternatives = (
        Alternative("none", _NONE, _("A file that is damaged here is also damaged in the next backup.")),
        Alternative(
            "server",
            _("Yes, on the server"),
            _("The server keeps {periods}. Your admin installs a program for that.").format(
                periods=profile.versions.periods
            ),
        ),
    )
    return OneOf(id="keep", label=QUESTION, alternatives=alternatives, default=before or profile.versions.keep)


def decided(profile: Profile, answers: Answers) -> Profile:
    """The profile with that answer; of how many days versions are kept, its file says."""
    versions = msgspec.structs.replace(profile.versions, keep=answers.get("keep", profile.versions.keep))
    return msgspec.structs.replace(profile, versions=versions)


def questions(profile: Profile, found: object, answers: Answers) -> Iterator[OneOf]:
    """Whether any are kept."""
    yield keep(profile)


async def settle(profile: Profile, found: object, answers: Answers, context: WalkContext) -> Profile:
    """The profile with that answer."""
    return decided(profile, answers)


def _told(profile: Profile, found: object) -> Iterator[str]:
    yield TAKES_OVER if profile.adopting else ABOUT


DESCRIPTION = Description(question=QUESTION, told=_told, questions=questions, settle=settle)
