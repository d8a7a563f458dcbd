"""The practice run and the real backup: dry-run, run."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from wizard import files, lines, profiles
from wizard.client import backup_size
from wizard.commands.person import session
from wizard.failure import Failure, Kind
from wizard.lines import say
from wizard.server import host_trust, report

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.server.report import Report


def dry_run(chosen: Namespace) -> int:
    """Say what a backup would do; 1 where some files could not be looked at."""
    profile = profiles.load(chosen.name)
    with session() as opened, tempfile.TemporaryFile("w+", encoding="utf-8") as listing:
        try:
            result = asyncio.run(_dry_run(profile, opened, listing if chosen.output else None))
        except Failure as failure:
            if failure.kind is Kind.NO_DRY_RUN and not chosen.json:
                say(lines.estimate(asyncio.run(backup_size.whole(profile))))
            raise
        if chosen.output:
            listing.seek(0)
            files.create(Path(chosen.output).absolute(), listing.read().encode())
    say(json.dumps(result.as_json()) if chosen.json else lines.dry_run(result))
    return 1 if result.exit_code else 0


def run(chosen: Namespace) -> int:
    """Back up for real; 1 where some files failed."""
    profile = profiles.load(chosen.name)
    with session() as opened:
        result = asyncio.run(_run(profile, opened))
    if chosen.json:
        say(json.dumps(result.as_json()))
    else:
        say(lines.backup(result))
    return 1 if result.exit_code else 0


async def _dry_run(profile: Profile, opened: Session, listing: TextIO | None) -> Report:
    await host_trust.establish(profile)
    return await report.dry_run(profile, await opened.access(profile), listing)


async def _run(profile: Profile, opened: Session) -> Report:
    await host_trust.establish(profile)
    return await report.backup(profile, await opened.access(profile))
