"""Telling the person on their desktop what they have to know of a backup that runs without them, and no more."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure
from wizard.running import record
from wizard.schedule import desktop, status, upcoming
from wizard.storage import state_files
from wizard.text import display
from wizard.text.language import N_, _, ngettext
from wizard.trouble import Who

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.trouble import Trouble

_FILE = "notices.json"
_AT_MOST_EVERY = timedelta(days=2)
_OPEN = N_("Open backup-wizard to see why, and what to do.")
_OPEN_LOCK = N_("Backups go on. Open backup-wizard and run the security check for the message to your admin.")
_DONE = N_("A new backup was made. You don't have to do anything.")


class Told(msgspec.Struct, frozen=True):
    """When the person was last told that the backup is too old, or that it failed, and what kind of failure it was."""

    stale: datetime | None = None
    failed: datetime | None = None
    trouble: str = ""


def after_run(profile: Profile, trouble: Trouble | None = None, now: datetime | None = None) -> None:
    """Tell what has to be told after a scheduled run, or after one that was put off.

    `trouble` is what made it fail. What needs nobody's help is told only once the backup is too old by it. A message
    that no desktop has taken counts as not told.
    """
    now = now or datetime.now(UTC)
    kept, told = record.read(profile.name), state_files.load(profile.name, _FILE, Told, Told())
    ahead = upcoming.of(profile, status.set_up_since(profile))
    is_stale = ahead.is_stale(kept.last_good, now)
    if trouble and trouble.who is not Who.NOBODY:
        if told.trouble != trouble.kind or _is_time(told.failed, now):
            text = f"{trouble.what}. {trouble.who.words}. {_(_OPEN)}"
            if _show(_("Backup “{name}” needs attention"), profile, text):
                _keep(profile, Told(now if is_stale else told.stale, now, trouble.kind))
    elif is_stale:
        if _is_time(told.stale, now) and _show(_("Backup “{name}” is too old"), profile, _how_old(kept, ahead, now)):
            _keep(profile, msgspec.structs.replace(told, stale=now))
    elif trouble is None and _is_good_again(kept, told) and _show(_("Backup “{name}” works again"), profile, _(_DONE)):
        _keep(profile, None)


def of_check(profile: Profile, found: Trouble) -> None:
    """Tell what a weekly security check has found open: the backups go on, so it is told once."""
    _show(_("Backup “{name}” needs attention"), profile, f"{found.what}. {found.who.words}. {_(_OPEN_LOCK)}")


def _is_time(before: datetime | None, now: datetime) -> bool:
    return before is None or now - before >= _AT_MOST_EVERY or before > now  # the clock was wrong then, or is now


def _is_good_again(kept: record.Record, told: Told) -> bool:
    """Whether there was a good backup since the person was told of a bad one."""
    moments = [one.replace(microsecond=0) for one in (told.stale, told.failed) if one]
    return bool(moments and kept.result == "done" and kept.last_good and kept.last_good >= max(moments))


def _how_old(kept: record.Record, ahead: upcoming.Upcoming, now: datetime) -> str:
    if kept.last_good:
        days = (now - kept.last_good).days
        good = ngettext(
            "The last good backup is {count} day old.", "The last good backup is {count} days old.", days
        ).format(count=display.number(days))
    else:
        good = _("No backup has worked yet.")
    waits = f"{ahead.waits}." if ahead.waits else _(_OPEN)
    return f"{good} {waits}"


def _show(title: str, profile: Profile, text: str) -> bool:
    return desktop.show(title.format(name=profile.name), display.printable(text))


def _keep(profile: Profile, told: Told | None) -> None:
    with contextlib.suppress(Failure):  # on a full disk, it is told once more
        if told:
            state_files.save(profile.name, _FILE, told, lasting=False)
        else:
            state_files.forget(profile.name, _FILE)
