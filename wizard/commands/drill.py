"""Testing a backup: drill."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING

from wizard import console, trouble
from wizard.commands import terminal, transferring
from wizard.commands.progress_line import ProgressLine
from wizard.console import ToPaste, say
from wizard.failure import Failure, Kind
from wizard.restore.drills import drill as drills
from wizard.restore.drills import drilling
from wizard.restore.drills.drill import Drill
from wizard.server.reaching import host_trust
from wizard.text.language import _

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.session import Session
    from wizard.profile import Profile

_STOPPED = 130


def drill(chosen: Namespace) -> int:
    """Compare some files with those on the server; 1 where one differs, or where nothing could be compared.

    Raises:
        Failure: as for `drilling.run`.
    """
    with terminal.session() as opened:
        profile = terminal.held(chosen.name, opened)
        told = None if chosen.json else ProgressLine(is_restore=True)
        try:
            result = transferring.stoppable(_drill(profile, opened, told))
        except KeyboardInterrupt:
            console.complain(trouble.explain(Failure(Kind.INTERRUPTED), profile))
            return _STOPPED
        finally:
            if told:
                told.clear()
    drills.note(profile.name, result)
    if chosen.json:
        say(ToPaste(json.dumps(result.as_json(profile.name))))
        return result.exit_code
    if found := drilling.alarm(profile, result):
        say("\n".join([_("These files differ on the server, or are missing:"), *console.listed(result.differing)]))
        say(result.in_what_way)
        console.complain(found)
    else:
        say(result.sentence)
    return result.exit_code


async def _drill(profile: Profile, opened: Session, told: ProgressLine | None) -> Drill:
    await host_trust.establish(profile)
    run = drilling.run(profile, await opened.access(profile), holding=(opened.hold(profile.name),))
    async with aclosing(run) as events:
        async for event in events:
            if isinstance(event, Drill):
                return event
            if told:
                told.take(event)
    raise AssertionError("a drill ends with what it came to")
