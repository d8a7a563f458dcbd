"""A key for reading, where the backup's own may not: asked for, opened, and seen shut."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.keys import reading_key
from wizard.commands import terminal
from wizard.console import SEND_THIS, ToPaste, hand_out, warn
from wizard.failure import Failure
from wizard.restore import second_key
from wizard.restore.second_key import Door
from wizard.server import exports, locks
from wizard.storage import files
from wizard.text.display import printable
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.restore.second_key import Opened
    from wizard.server.exports.context import ExportContext
    from wizard.server.locks import Finding


def ask(chosen: Namespace) -> int:
    """Print what the admin needs so that this computer may read its backup for two days, or write it to a new file.

    Raises:
        Failure: as for `second_key.ask`, or the file can't be written.
    """
    with terminal.session() as opened:
        profile = terminal.held(chosen.name, opened)
        context = second_key.ask(profile)
    text = exports.rendered(context, chosen.format)
    if not chosen.json:
        warn(_what_to_do(profile, context))
    if chosen.output:
        files.create(Path(chosen.output).absolute(), text.encode())  # closed to others, whatever it holds
    if chosen.json:
        hand_out(json.dumps(_as_json(profile, context, chosen.format, "" if chosen.output else text)))
    elif not chosen.output:
        hand_out(text.rstrip("\n"))
    return 0


async def opened(profile: Profile, session: Session) -> Opened | None:
    """The backup opened for reading with the second key, and told what that can do; `None` where the first one may.

    Raises:
        Failure: as for `second_key.require` and `second_key.open_door`.
    """
    asked = second_key.require(profile)
    if asked is None:
        return None
    warn(_("Checking what the key for reading can do …"))
    found = await second_key.open_door(profile, session, asked)
    warn(_verdict(found.findings))
    return found


async def look_behind(profile: Profile, session: Session) -> None:
    """Say whether the door is shut again, or up to when it is open; nothing where there is none."""
    asked = reading_key.in_use(profile.name)
    if asked is None:
        return
    try:
        door = await second_key.look_behind(profile, session)
    except Failure:  # it will be tried again
        door = Door.UNKNOWN
    if door is not None:
        warn(second_key.in_words(profile, asked, door))
    elif asked.by_itself:
        until = _("The server accepts the key for reading until {time}. The next backup after that checks that.")
        warn(until.format(time=second_key.told_time(asked)))
    if door is Door.STILL_OPEN or (
        asked.was_let_in and not asked.by_itself and door not in {Door.SHUT, Door.ELSEWHERE}
    ):
        _send(second_key.letter(profile, asked))


def _send(letter: str) -> None:
    warn(f"\n{SEND_THIS}\n")
    warn(ToPaste(letter))


def _as_json(profile: Profile, context: ExportContext, format: str, text: str) -> dict[str, object]:
    """What `restore --ask --json` prints; the text is null where it went to a file, and the time is in UTC."""
    assert context.for_reading
    return {
        "profile": profile.name,
        "expires": f"{context.for_reading.expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "by_itself": context.for_reading.by_itself,
        "format": format,
        "text": text or None,
    }


def _what_to_do(profile: Profile, context: ExportContext) -> str:
    assert context.for_reading
    asked = reading_key.in_use(profile.name)
    until = second_key.told_time(asked) if asked else ""
    told = [
        _("Send this to your admin. Once they have used it, run “backup-wizard restore {name}”.").format(
            name=profile.name
        )
    ]
    if context.for_reading.by_itself:
        told.append(_("The new key works until {time}. After that, the server refuses it.").format(time=until))
    else:
        told.append(_("This server can't set an end to it, so your admin has to take it back. You'll be reminded."))
    if context.setup.secrets:
        told.append(_("Your admin needs the password too (--format secrets). Send it separately."))
    return " ".join(told)


def _verdict(findings: tuple[Finding, ...]) -> str:
    testable = [one for one in findings if one.testable]
    verdict = locks.verdict(findings)
    if verdict == "locked":
        told = ngettext(
            "The key for reading can read this backup and do nothing else (it passed {count} test).",
            "The key for reading can read this backup and do nothing else (it passed all {count} tests).",
            len(testable),
        )
        return told.format(count=len(testable))
    if verdict == "open":
        opened = [f"  ✗ {one.title}: {one.detail}" for one in findings if one.held is False]
        fixes = dict.fromkeys(one.fix for one in findings if one.held is False and one.fix)
        told = _("The key for reading can do more than read this backup. Ask your admin to change this:")
        return printable("\n".join([told, *opened, *fixes]), keep_lines=True)
    told = _("Not known whether the key for reading can do more than read this backup:")
    return printable("\n".join([told, *(f"  {why}" for why in locks.why_untested(findings))]), keep_lines=True)
