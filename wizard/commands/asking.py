"""A key for reading, where the backup's own may not: asked for, opened, and seen shut."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.client.keys import reading_key
from wizard.commands import terminal
from wizard.console import SEND_THIS, ToPaste, hand_out, warn
from wizard.restore import second_key
from wizard.server import exports
from wizard.storage import files
from wizard.text.language import _
from wizard.walk.getting_back import admin_words, words

if TYPE_CHECKING:
    from argparse import Namespace

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.server.exports.context import ExportContext
    from wizard.walk.getting_back.way_in import WayIn


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


async def open_door(way: WayIn) -> None:
    """Open the backup for reading with the second key, where one is needed, and tell what that can do.

    Raises:
        Failure: as for `WayIn.open`.
    """
    if way.is_needed and way.asked:
        warn(_("Checking what the key for reading can do …"))
    if found := await way.open():
        warn(words.verdict(found.findings))


async def look_behind(profile: Profile, session: Session) -> None:
    """Say whether the door is shut again, or up to when it is open; nothing where there is none."""
    news = await words.door_news(profile, session)
    if news.words:
        warn(news.words)
    if news.letter:
        _send(news.letter)


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
    sent = _("Send this to your admin. Once they have used it, run “backup-wizard restore {name}”.")
    told = [sent.format(name=profile.name), admin_words.lasts(context, reading_key.in_use(profile.name))]
    if context.setup.secrets:
        told.append(_("Your admin needs the password too (--format secrets). Send it separately."))
    return " ".join(told)
