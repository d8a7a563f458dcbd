"""What is said of a command's failure."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.failure import Failure
from wizard.storage import profiles
from wizard.trouble import telling
from wizard.walk import unattended

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.profile import Profile
    from wizard.trouble.telling import ExplainedFailure


def tell(failure: Failure, chosen: Namespace) -> ExplainedFailure:
    """Ask further, explain and keep, by the backup that the command names."""
    profile = _profile(chosen)
    return asyncio.run(telling.tell(unattended.awaited(failure, profile) if profile else failure, profile))


def _profile(chosen: Namespace) -> Profile | None:
    name, answers = getattr(chosen, "name", None), getattr(chosen, "answers", None)
    try:
        if answers:
            return unattended.as_known(profiles.read(Path(answers)))
        return profiles.load(name) if name and profiles.exists(name) else None
    except Failure:
        return None
