"""What the practice run's screen says: the one sentence, the warning, the problems, and how long sending takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard import display
from wizard.running import link_speed, report

if TYPE_CHECKING:
    from wizard.client.rsync import Problem, Totals
    from wizard.profile import Profile
    from wizard.running.listing import Listing, Sums

_MINUTE = 60
_MANY_REMOVED = 1000
_MUCH_OF_THE_BACKUP = 0.25
_NUMBER = re.compile(r" \(\d+\)\Z")
_VANISHED = "file has vanished"
_IN_PLAIN_WORDS = {
    "Permission denied": "You may not read",
    "Operation not permitted": "The system doesn’t let you read",
    "No such file or directory": "Gone while it was looked at",
    "Input/output error": "The disk can’t read",
    "Structure needs cleaning": "The disk is damaged at",
    "File name too long": "The path is too long",
    "Too many levels of symbolic links": "A link leads in circles",
    "Stale file handle": "The network disk has lost",
}


def result(listing: Listing, totals: Totals) -> str:
    """What a backup would do, in one plain sentence."""
    if not (listing.sent.files or listing.new or totals.deleted or totals.outdated):
        return "Nothing was copied. All is on the server already: nothing would be sent, nothing removed."
    return (
        f"Nothing was copied. {_sent(listing.sent)}; {_changed(listing.changed)}; {_removed(totals.deleted)}."
        f"{report.about_outdated(totals)}"
    )


def estimate(listing: Listing, why: str) -> str:
    """What stands in for it where no practice run is possible, and why."""
    return (
        f"{why}. Counted on this computer instead: in a first backup, {_sent(listing.sent)}. “Problems” has words for"
        " the admin."
    )


def without(listing: Listing, saved: Sums) -> str:
    """What a backup would do without what is ticked."""
    files, size = listing.sent.files - saved.files, listing.sent.bytes - saved.bytes
    return (
        f"Without what you ticked, {display.files(files)}, {display.size(size)} would be sent:"
        f" {display.size(saved.bytes)} less. Run it again to see."
    )


def danger(totals: Totals, *, is_counted_here: bool = False) -> str:
    """A warning where much would be removed, or an empty text."""
    on_server = totals.files - totals.new + totals.deleted
    is_much = totals.deleted > _MANY_REMOVED or totals.deleted > on_server * _MUCH_OF_THE_BACKUP
    if is_counted_here or not totals.deleted or not is_much:
        return ""
    share = f"{totals.deleted / on_server:.0%} of what is there"
    return (
        f"Careful: {display.files(totals.deleted)} would be removed from the server, {share}, because they are gone"
        " here. Look through “Removed” before you go on."
    )


def problem(found: Problem) -> str:
    """One of rsync's complaints in plain words, or as rsync has it."""
    path = display.printable(found.path)
    if found.path and _VANISHED in found.message:
        return f"Gone while it was looked at: {path}"
    # As in: opendir "/home/amanda/x" failed: Permission denied (13)
    _, _, after_name = found.message.rpartition('"')
    reason = _NUMBER.sub("", after_name.partition(" ")[2].removeprefix("failed: "))
    if not found.path or not reason:
        return display.printable(found.message)
    return f"{_IN_PLAIN_WORDS.get(reason, display.printable(reason))}: {path}"


def about_problems(count: int) -> str:
    """That there are some, or an empty text."""
    return f" {display.files(count)} could not be looked at: see “Problems”." if count else ""


def duration(profile: Profile, sums: Sums) -> str:
    """How long sending that takes, and by which speed that is reckoned."""
    if not sums.files:
        return ""
    measured = link_speed.known(profile.name)
    speed = measured or link_speed.ASSUMED
    by = f"as fast as your last backup ({display.size(speed)} a second)" if measured else "over 100 Mbit/s"
    seconds = round(link_speed.seconds(sums.files, sums.bytes, speed))
    rounded = seconds // _MINUTE * _MINUTE if seconds > 2 * _MINUTE else max(seconds, 1)
    return f"Sending it takes about {display.duration(rounded)} {by}."


def _sent(sums: Sums) -> str:
    if not sums.files:
        return "no file would be sent"
    return f"{display.files(sums.files)}, {display.size(sums.bytes)} would be sent"


def _changed(count: int) -> str:
    return f"{display.number(count)} changed" if count else "none changed"


def _removed(count: int) -> str:
    return f"{display.number(count)} would be removed" if count else "nothing would be removed"
