"""Getting files back: restore, and versions, from which they may come."""

from __future__ import annotations

import json
import os
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import console, trouble
from wizard.client.ssh.shared_connection import shared
from wizard.commands import asking, terminal, transferring
from wizard.commands.progress_line import ProgressLine
from wizard.console import say
from wizard.failure import Failure, Kind
from wizard.restore import order, restoring, second_key, stage
from wizard.restore import versions as kept
from wizard.restore.events import LATEST, Result
from wizard.restore.order import Order
from wizard.storage import profiles
from wizard.text import display
from wizard.text.language import _
from wizard.walk.context import WalkContext
from wizard.walk.getting_back import words
from wizard.walk.getting_back.way_in import WayIn

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.restore.versions import Version

_NONE_KEPT = _("No older versions of this backup are kept.")
_NONE_YET = _("The server has no older version of this backup yet. It makes the first one after the next whole backup.")
_STOPPED = 130
_WAIT_FOR_ORPHANS_SECONDS = 180.0  # longer than an rsync whose wizard was killed waits for a silent server


def restore(chosen: Namespace) -> int:
    """Get files back, or say what would come back; 1 where some could not be restored.

    Raises:
        Failure: as for `restoring.run`, or the backup's key may not read it (`CANT_READ_BACK`); `NO_VERSIONS_KEPT`
            where an older version is wanted.
    """
    if chosen.ask:
        return asking.ask(chosen)
    with terminal.session() as opened:
        profile = profiles.load(chosen.name)
        if not chosen.dry_run:
            profile = terminal.held(chosen.name, opened, timeout=_WAIT_FOR_ORPHANS_SECONDS)
        if _is_older(chosen) and not profile.versions.are_kept:
            raise Failure(Kind.NO_VERSIONS_KEPT)
        second_key.require(profile, versions=_is_older(chosen))
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


def versions(chosen: Namespace) -> int:
    """List what the server has.

    Raises:
        Failure: the server can't be asked, or the backup's key may not read it (`CANT_READ_BACK`).
    """
    with terminal.session() as opened:
        profile = profiles.load(chosen.name)
        found: list[Version] = []
        if profile.versions.are_kept:
            second_key.require(profile, versions=True)
            found = transferring.stoppable(_listed(profile, opened))
    if chosen.json:
        told = {
            "profile": profile.name,
            "kept_by": profile.versions.keep,
            "versions": [one.as_json() for one in found],
        }
        say(console.ToPaste(json.dumps(told)))
        return 0
    say("\n".join(_listed_in_words(profile, found)) if profile.versions.are_kept else _NONE_KEPT)
    return 0


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
    way = WayIn(profile, WalkContext(opened), versions=bool(wanted.version))
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


async def _listed(profile: Profile, opened: Session) -> list[Version]:
    way = WayIn(profile, WalkContext(opened), versions=True)
    await asking.open_door(way)
    async with shared(way.reader, await way.access()) as access:
        return await kept.listed(way.reader, access)


def _listed_in_words(profile: Profile, found: Sequence[Version]) -> list[str]:
    if not found:
        return [_NONE_YET]
    lines = [f"  {one.id}  {display.day(one.when)}" for one in found]
    to_restore = _("To restore from one: backup-wizard restore {name} --version {id}")
    return [*lines, to_restore.format(name=profile.name, id=found[0].id)]


def _is_older(chosen: Namespace) -> bool:
    return bool(chosen.version != LATEST)


def _order(profile: Profile, chosen: Namespace) -> Order:
    version = chosen.version if _is_older(chosen) else ""
    paths = tuple(sorted({path for text in chosen.paths for path in order.in_backup(profile, text)}))
    if chosen.in_place:
        return Order(paths, "", chosen.overwrite, version)
    if chosen.to:
        to = os.path.abspath(os.path.expanduser(chosen.to))  # noqa: PTH100, PTH111 - as the person writes it
        if order.is_backed_up(profile, to):
            raise Failure(Kind.TARGET_IN_BACKUP, to)
        return Order(paths, to, chosen.overwrite, version)
    usual = str(order.new_folder(profile, datetime.now().astimezone().date()))
    for begun in stage.unfinished(profile.name, Path.home()):
        if order.is_usual(profile, begun.to) and begun == Order(paths, begun.to, chosen.overwrite, version):
            usual = begun.to
    return Order(paths, usual, chosen.overwrite, version)


def _in_words(profile: Profile, result: Result) -> str:
    lines = [*words.listed(result), result.sentence]
    if result.skipped and result.order.overwrite == "never":
        lines.append(_("To replace files that you have here, use --overwrite."))
    return "\n".join([*lines, *words.hints(profile, result)])
