"""What the practice run's screen says: the one sentence, the warning, the problems, and how long sending takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.running import link_speed, report, transfer
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from wizard.client.rsync import Ended, Totals
    from wizard.profile import Profile
    from wizard.running.listing import Listing, Sums

_MINUTE = 60
_SUMMARY = ("rsync error:", "rsync warning:")
_MANY_REMOVED = 1000
_MUCH_OF_THE_BACKUP = 0.25


def result(listing: Listing, totals: Totals) -> str:
    """What a backup would do, in one plain sentence."""
    if not (listing.sent.files or listing.new or totals.deleted or totals.outdated):
        return _("Nothing was copied. The backup is up to date: nothing would be sent or deleted.")
    told = _("Nothing was copied. {sent}; {changed}; {deleted}.").format(
        sent=_sent(listing.sent), changed=_changed(listing.changed), deleted=_deleted(totals.deleted)
    )
    return f"{told}{report.about_outdated(totals)}"


def estimate(listing: Listing, why: str) -> str:
    """What stands in for it where no practice run is possible, and why."""
    told = _(
        "{why}. Counted on this computer instead: in a first backup, {sent}. “Problems” has a message for your admin."
    )
    return told.format(why=why, sent=_sent(listing.sent))


def without(listing: Listing, saved: Sums) -> str:
    """What a backup would do without what is ticked."""
    files, size = listing.sent.files - saved.files, listing.sent.bytes - saved.bytes
    told = ngettext(
        "Without what you selected, {count} file ({size}) would be sent: {saved} less. Run it again to see.",
        "Without what you selected, {count} files ({size}) would be sent: {saved} less. Run it again to see.",
        files,
    )
    return told.format(count=display.number(files), size=display.size(size), saved=display.size(saved.bytes))


def danger(totals: Totals, *, is_counted_here: bool = False) -> str:
    """A warning where much would be deleted, or an empty text."""
    on_server = totals.files - totals.new + totals.deleted
    is_much = totals.deleted > _MANY_REMOVED or totals.deleted > on_server * _MUCH_OF_THE_BACKUP
    if is_counted_here or not totals.deleted or not is_much:
        return ""
    told = ngettext(
        "Careful: {count} file would be deleted from the backup ({share} of it), because you no longer have it here."
        " Check “Deleted” before you continue.",
        "Careful: {count} files would be deleted from the backup ({share} of it), because you no longer have them"
        " here. Check “Deleted” before you continue.",
        totals.deleted,
    )
    return told.format(count=display.number(totals.deleted), share=f"{totals.deleted / on_server:.0%}")


def about_problems(unread: int, count: int) -> str:
    """That there are some, `unread` files among them, or an empty text."""
    if unread:
        told = ngettext(
            "{count} could not be read: see “Problems”.", "{count} could not be read: see “Problems”.", unread
        )
        return told.format(count=display.number(unread))
    return _("Some files need a look: see “Problems”.") if count else ""


def unnamed_problems(ended: Ended) -> list[str]:
    """What rsync complained of without naming a file in quotes, where some could not be looked at."""
    if ended.exit_code not in transfer.SOME_FILES_FAILED:
        return []
    lines = (line for line in ended.stderr.splitlines() if line and not line.startswith(_SUMMARY))
    return list(map(display.printable, lines))


def duration(profile: Profile, sums: Sums) -> str:
    """How long sending takes, and by which speed that is estimated."""
    if not sums.files:
        return ""
    measured = link_speed.known(profile.name)
    seconds = round(link_speed.seconds(sums.files, sums.bytes, measured or link_speed.ASSUMED))
    rounded = display.duration(seconds // _MINUTE * _MINUTE if seconds > 2 * _MINUTE else max(seconds, 1))
    if not measured:
        return _("Sending takes about {time} at 100 Mbit/s.").format(time=rounded)
    told = _("Sending takes about {time} at the speed of your last backup ({speed} per second).")
    return told.format(time=rounded, speed=display.size(measured))


def _sent(sums: Sums) -> str:
    if not sums.files:
        return _("no file would be sent")
    told = ngettext("{count} file ({size}) would be sent", "{count} files ({size}) would be sent", sums.files)
    return told.format(count=display.number(sums.files), size=display.size(sums.bytes))


def _changed(count: int) -> str:
    if not count:
        return _("none changed")
    return ngettext("{count} changed", "{count} changed", count).format(count=display.number(count))


def _deleted(count: int) -> str:
    if not count:
        return _("nothing would be deleted")
    told = ngettext("{count} would be deleted", "{count} would be deleted", count)
    return told.format(count=display.number(count))
