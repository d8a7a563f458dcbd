"""What is told when files come back: what the second key can do, what was restored, and what becomes of that key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard import console
from wizard.client.keys import reading_key
from wizard.failure import Failure
from wizard.restore import order
from wizard.restore.events import in_words
from wizard.running import problems
from wizard.server import locks
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.client.session import Session
    from wizard.profile import Profile
    from wizard.restore.events import Result
    from wizard.server.locks import Finding


class DoorNews(msgspec.Struct, frozen=True):
    """What there is to say of the second key, and the words to send to the admin where they have to take it back."""

    words: str = ""
    letter: str = ""


def problem_lines(result: Result) -> list[str]:
    """What could not be restored, a line each."""
    told = [problems.in_words(one) for one in result.problems] + [in_words(one) for one in result.misfits]
    told += [_("Not the same as on the server: {path}").format(path=printable(path)) for path in result.differing]
    return told


def hints(profile: Profile, result: Result) -> list[str]:
    """What to know of where the files went."""
    if result.order.to and order.is_backed_up(profile, result.order.to):
        return [_("That folder is inside one that is backed up, so the next backup includes it.")]
    return []


def whereabouts(profile: Profile, result: Result) -> list[str]:
    """How to get to what was restored."""
    if result.is_practice or not result.order.to or not result.restored:
        return hints(profile, result)
    told = _("To see your files, open this folder in your file manager: {folder}")
    return [told.format(folder=printable(paths.shown(Path(result.order.to)))), *hints(profile, result)]


def verdict(findings: Sequence[Finding]) -> str:
    """What a second key was found to be able to do."""
    testable = [one for one in findings if one.testable]
    found = locks.verdict(findings)
    if found == "locked":
        told = ngettext(
            "The key for reading can read this backup and do nothing else (it passed {count} test).",
            "The key for reading can read this backup and do nothing else (it passed all {count} tests).",
            len(testable),
        )
        return told.format(count=len(testable))
    if found == "open":
        opened = [f"  ✗ {one.title}: {one.detail}" for one in findings if one.held is False]
        fixes = dict.fromkeys(one.fix for one in findings if one.held is False and one.fix)
        told = _("The key for reading can do more than read this backup. Ask your admin to change this:")
        return printable("\n".join([told, *opened, *fixes]), keep_lines=True)
    told = _("Not known whether the key for reading can do more than read this backup:")
    return printable("\n".join([told, *(f"  {why}" for why in locks.why_untested(findings))]), keep_lines=True)


async def door_news(profile: Profile, session: Session) -> DoorNews:
    """Whether the door of the second key is shut again, or up to when it is open; nothing where there is none."""
    asked = reading_key.in_use(profile.name)
    if asked is None:
        return DoorNews()
    from wizard.restore import second_key  # few backups have one
    from wizard.restore.second_key import Door

    try:
        door = await second_key.look_behind(profile, session)
    except Failure:  # it will be tried again
        door = Door.UNKNOWN
    words = ""
    if door is not None:
        words = second_key.in_words(profile, asked, door)
    elif asked.by_itself:
        until = _("The server accepts the key for reading until {time}. The next backup after that checks that.")
        words = until.format(time=second_key.told_time(asked))
    is_to_be_shut = asked.was_let_in and not asked.by_itself and door not in {Door.SHUT, Door.ELSEWHERE}
    letter = second_key.letter(profile, asked) if door is Door.STILL_OPEN or is_to_be_shut else ""
    return DoorNews(words, letter)


def listed(result: Result) -> list[str]:
    """What could not be restored, under a title, as far as it is named; nothing where all was."""
    if result.is_whole:
        return []
    return [_("Some files were not restored:"), *console.listed(problem_lines(result), result.untold)]
