"""How the backups go on: status."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard import backup_states
from wizard.console import ToPaste, say
from wizard.failure import BadProfile
from wizard.schedule import status as going_on
from wizard.storage import profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.schedule.status import Status


def status(chosen: Namespace) -> int:
    """Each backup, or the one that is named; 1 where one is too old.

    Raises:
        Failure: the one that is named is not here or can't be read, or none can be looked for.
    """
    now = datetime.now(UTC)
    if chosen.name:
        found = [going_on.of(profiles.load(chosen.name), now)]
    else:
        found = [_of(name, now) for name in profiles.names()]
    if chosen.json:
        say(ToPaste(json.dumps({"backups": [one.as_json() for one in found]})))
    elif not found:
        say(_("You have no backups yet. Run “backup-wizard” to set one up."))
    else:
        for one in found:
            say("\n".join(_lines(one)))
    return 1 if any(one.stale for one in found) else 0


def _of(name: str, now: datetime) -> Status:
    try:
        return going_on.of(profiles.load(name), now)
    except BadProfile:
        return going_on.of_unreadable(name, now)


def _lines(found: Status) -> list[str]:
    kept = backup_states.of(found.profile)
    good = _("Last good backup: {when}.").format(when=kept.last_good)
    lines = [" ".join((f"{found.profile}: {kept.title}.", good, *kept.upcoming.sentences))]
    drill = kept.tested.drill.told
    tested = _("Backup test, {result}").format(result=drill) if drill else ""
    seen = _("Older versions, {result}").format(result=found.versions.in_words) if found.versions else ""
    more = (kept.advice, kept.tested.about_check, tested, kept.tested.missed_drill, seen)
    return [*lines, *(f"  {told}" for told in more if told)]
