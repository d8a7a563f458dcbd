"""What goes to the server's admin, and what comes back from there: export, receipt, check."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import console, trouble
from wizard.client import access
from wizard.client.keys import daemon_password
from wizard.commands.terminal import held, session
from wizard.console import ToPaste, hand_out, say
from wizard.failure import Failure, Kind
from wizard.running import record
from wizard.server import exports, handed_over, locks
from wizard.server.exports import saving
from wizard.server.reaching import host_trust, sign_in
from wizard.server.receipts import admin_answer
from wizard.storage import files, profiles
from wizard.text.language import _
from wizard.trouble import telling

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.access import Access
    from wizard.client.session import Session
    from wizard.profile import Profile

_MOST_BYTES = 1 << 20  # of a mail with a receipt in it


def export(chosen: Namespace) -> int:
    """Print the server's text, or write it to a new file or folder."""
    profile = profiles.load(chosen.name)
    client = access.facts(profile)
    secret = daemon_password.fetch(profile) if exports.FORMATS[chosen.format].holds_secret else None
    context = exports.context_of(profile, client, secret=secret)
    format = exports.format_for(context, chosen.format)
    text = format.render(context)
    if not exports.FORMATS[chosen.format].for_admin_alone:  # which asks for nothing
        handed_over.keep(profile, client)
    if chosen.output:
        saving.save(format, [context], chosen.output)
    else:
        hand_out(text.rstrip("\n"))
    return 0


def receipt(chosen: Namespace) -> int:
    """Take the admin's answer, a receipt or a fingerprint: it counts as verified, and a receipt's facts as known."""
    profiles.load(chosen.name)
    text = _receipt_text(chosen.file)
    with session() as opened:
        taken = asyncio.run(admin_answer.take(held(chosen.name, opened), text))
        profiles.save(taken.profile)
    say(console.receipt(taken))
    return 0


def check(chosen: Namespace) -> int:
    """Try the locks; 0 only where all that can be tested is shut."""
    with session() as opened:
        profile = profiles.load(chosen.name)
        findings, is_told = asyncio.run(_findings(profile, opened))
    verdict = locks.verdict(findings)
    if chosen.json:
        found = {"profile": profile.name, "verdict": verdict, "findings": [asdict(one) for one in findings]}
        say(ToPaste(json.dumps(found)))
    else:
        for one in findings:
            say(console.finding(one))
        say("\n".join([console.verdict(findings), *console.why_untested(profile.name, findings)]))
        if verdict == "open" and not is_told:
            title = _("Message for your admin:")
            say(f"\n{title}\n")
            say(ToPaste(locks.letter(profile, findings)))
    return 0 if verdict == "locked" else 1


def _receipt_text(file: str | None) -> str:
    if file is None:
        return sys.stdin.buffer.read(_MOST_BYTES).decode(errors="replace")
    try:
        return files.read(Path(file), _MOST_BYTES).decode(errors="replace")
    except FileNotFoundError:
        raise Failure(Kind.NO_SUCH_FILE, file) from None
    except PermissionError as error:
        raise Failure(Kind.FOLDER_UNREADABLE, file, str(error)) from None
    except OSError as error:  # a folder, a pipe, a device, or too much for a mail
        raise Failure(
            Kind.BAD_RECEIPT, _("{file} isn't a text file, or is too long").format(file=file), str(error)
        ) from None


async def _findings(profile: Profile, opened: Session) -> tuple[list[locks.Finding], bool]:
    """What was found, and whether the message for the admin was already shown."""
    try:
        await host_trust.establish(profile)
        return await _tried(profile, await opened.access(profile)), False
    except Failure as failure:
        if trouble.kind_of(failure, profile) not in locks.ANOTHER_SERVER:
            raise
        told = await telling.tell(failure, profile)
    console.complain(told.trouble, told.raw_file)
    return locks.of_another_server(profile, told.trouble.what, told.trouble.forward), True


async def _tried(profile: Profile, admitted: Access) -> list[locks.Finding]:
    drifted: Failure | None = None
    try:
        await sign_in.attempt(profile, admitted)
    except Failure as failure:
        if failure.kind is not Kind.COMMAND_DRIFTED:
            raise
        drifted = failure
    tried = locks.check(profile, admitted, expects_backup=not record.is_first(profile))
    findings = [found async for found in tried]
    if drifted and locks.verdict(findings) != "open":  # an open door is told before an outdated line
        raise drifted
    return findings
