"""Getting files back: restore."""

from __future__ import annotations

import json
import os
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import console, trouble
from wizard.commands import asking, terminal, transferring
from wizard.commands.progress_line import ProgressLine
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.restore import order, restoring, second_key, stage
from wizard.restore.events import Result
from wizard.restore.order import Order
from wizard.storage import profiles
from wizard.text.language import _
from wizard.walk.context import WalkContext
from wizard.walk.getting_back import words
from wizard.walk.getting_back.way_in import WayIn

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.session import Session
    from wizard.profile import Profile

_STOPPED = 130
_WAIT_FOR_ORPHANS_SECONDS = 180.0  # longer than an rsync whose wizard was killed waits for a silent server


def restore(chosen: Namespace) -> int:
    """Get files back, or say what would come back; 1 where some could not be restored.

    Raises:
        Failure: as for `restoring.run`, or the backup's key may not read it (`CANT_READ_BACK`).
    """
    if chosen.ask:
        return asking.ask(chosen)
    with terminal.session() as opened:
        profile = profiles.load(chosen.name)
        if not chosen.dry_run:
            profile = terminal.held(chosen.name, opened, timeout=_WAIT_FOR_ORPHANS_SECONDS)
        second_key.require(profile)
        wanted = _order(profile, chosen)
        told = None if chosen.json else ProgressLine(is_restore=True)
        try:
            result = transferring.stoppable(_restore(profile, opened, wanted, told, is_practice=chosen.dry_run))
        except KeyboardInterrupt:
            console.complain(trouble.explain(Failure(Kind.INTERRUPTED), profile))
            return _STOPPED
        finally:
            if told:
                told.clear()
    say(console.ToPaste(json.dumps(result.as_json())) if chosen.json else _in_words(profile, result))
    return result.exit_code


def carry_out(profile: Profile, session: Session, wanted: Order, way: WayIn, is_practice: bool) -> Result | None:
    """The same for text mode, which has opened the way by now; `None` if it was stopped.

    Raises:
        Failure: as for `restoring.run`.
    """
    told = ProgressLine(is_restore=True)
    try:
        result = transferring.stoppable(_carried_out(profile, session, wanted, told, way, is_practice=is_practice))
    except KeyboardInterrupt:
        console.complain(trouble.explain(Failure(Kind.INTERRUPTED), profile))
        return None
    finally:
        told.clear()
    listed = [*words.listed(result), result.sentence, *words.whereabouts(profile, result)]
    say("\n".join(listed))
    return result


async def _restore(
    profile: Profile, opened: Session, wanted: Order, told: ProgressLine | None, *, is_practice: bool
) -> Result:
    way = WayIn(profile, WalkContext(opened))
    await asking.open_door(way)
    return await _carried_out(profile, opened, wanted, told, way, is_practice=is_practice)


async def _carried_out(
    profile: Profile, opened: Session, wanted: Order, told: ProgressLine | None, way: WayIn, *, is_practice: bool
) -> Result:
    access = await way.access()
    if is_practice:
        run = restoring.practice(profile, access, wanted, reader=way.reader)
    else:
        run = restoring.run(profile, access, wanted, reader=way.reader, holding=(opened.hold(profile.name),))
    async with aclosing(run) as events:
        async for event in events:
            if isinstance(event, Result):
                if not is_practice:
                    await asking.look_behind(profile, opened)
                return event
            if told:
                told.take(event)
    raise AssertionError("a restore ends with its result")


def _order(profile: Profile, chosen: Namespace) -> Order:
    paths = tuple(sorted({path for text in chosen.paths for path in order.in_backup(profile, text)}))
    if chosen.in_place:
        return Order(paths, "", chosen.overwrite)
    if chosen.to:
        to = os.path.abspath(os.path.expanduser(chosen.to))  # noqa: PTH100, PTH111 - as the person writes it
        if order.is_backed_up(profile, to):
            raise Failure(Kind.TARGET_IN_BACKUP, to)
        return Order(paths, to, chosen.overwrite)
    usual = str(order.new_folder(profile, datetime.now().astimezone().date()))
    for begun in stage.unfinished(profile.name, Path.home()):
        if order.is_usual(profile, begun.to) and begun == Order(paths, begun.to, chosen.overwrite):
            usual = begun.to
    return Order(paths, usual, chosen.overwrite)


def _in_words(profile: Profile, result: Result) -> str:
    lines = [*words.listed(result), result.sentence]
    if result.skipped and result.order.overwrite == "never":
        lines.append(_("To replace files that you have here, use --overwrite."))
    return "\n".join([*lines, *words.hints(profile, result)])
