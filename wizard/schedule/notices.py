"""Telling the person what they have to know of a backup that runs without them, and no more.

It is told on their desktop, and by a message to wherever they wish. Each way keeps for itself what it has told, since
one may work while the other doesn't.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from wizard.failure import Failure
from wizard.running import record
from wizard.schedule import desktop, status, upcoming
from wizard.storage import profiles, state_files
from wizard.text import display
from wizard.text.language import N_, _, ngettext
from wizard.trouble import Who

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.trouble import Trouble

_ON_DESKTOP, _BY_MESSAGE = "notices.json", "messages.json"
_SKIPPED, _INCOMPLETE = "skipped", "incomplete"
_AT_MOST_EVERY = timedelta(days=2)
_ATTENTION = N_("Backup “{name}” needs attention")
_OPEN = N_("Open backup-wizard to see why, and what to do.")
_OPEN_LOCK = N_("Backups continue. Open backup-wizard and run the security check for the message to your admin.")
_DIFFERENT = N_("Backups continue. Run “backup-wizard drill {name}” for the message to your admin.")
_DONE = N_("A new backup was made. You don't have to do anything.")


class Told(msgspec.Struct, frozen=True):
    """When the person was last told that the backup is too old, or that it failed, and what kind of failure it was.

    That files are skipped is kept as such a kind. `unread` is how many of them could not be read.
    """

    stale: datetime | None = None
    failed: datetime | None = None
    trouble: str = ""
    unread: int = 0


class _News(msgspec.Struct, frozen=True):
    """What there is to tell, and what has been told then; nothing is kept of a backup that is good again."""

    title: str
    text: str
    told: Told | None


def after_run(profile: Profile, trouble: Trouble | None = None, now: datetime | None = None) -> None:
    """Tell what has to be told after a scheduled run, or after one that was put off.

    `trouble` is what made it fail. What needs nobody's help is told only once the backup is too old by it. That files
    are skipped is told again only where it gets worse, until all of them are in the backup again. What no desktop has
    shown, or could not be sent, counts as not told.

    Raises:
        Failure: why a message couldn't be sent.
    """
    now = now or datetime.now(UTC)
    kept = record.read(profile.name)
    ahead = upcoming.of(profile, status.set_up_since(profile), kept)
    kept = record.without_elsewhere(kept, profile)
    _show_news(profile.name, _news(trouble, _told(profile.name, _ON_DESKTOP), kept, ahead, now))
    if profile.schedule.alarm and (news := _news(trouble, _told(profile.name, _BY_MESSAGE), kept, ahead, now)):
        _send(news.title, profile, news.text)
        _keep(profile.name, _BY_MESSAGE, news.told)


def without_settings(name: str, trouble: Trouble, now: datetime | None = None) -> None:
    """Tell on the desktop alone what keeps a backup from being made: where messages go, its settings would say.

    Raises:
        Failure: as for `profiles.names`.
    """
    if name in profiles.names():  # what somebody mistyped is nothing to keep a file of
        told = _told(name, _ON_DESKTOP)
        _show_news(name, _needs_attention(trouble, told, now or datetime.now(UTC), is_stale=False))


def _news(
    trouble: Trouble | None,
    told: Told,
    kept: record.Record,
    ahead: upcoming.Upcoming,
    now: datetime,
) -> _News | None:
    is_stale = ahead.is_stale(kept.last_good, now)
    if trouble and trouble.who is not Who.NOBODY and (news := _needs_attention(trouble, told, now, is_stale=is_stale)):
        return news
    if is_stale:
        if not _is_time(told.stale, now):
            return None
        title, text = _("Backup “{name}” is too old"), _how_old(kept, ahead, now)
        known: Told | None = msgspec.structs.replace(told, stale=now)
    elif trouble is None and _skips_files(kept):
        if not _are_more_skipped(kept, told):
            return None
        title, text = _("Backup “{name}” skips some files"), _what_is_skipped(kept)
        kind = _INCOMPLETE if _INCOMPLETE in {kept.result, told.trouble} else _SKIPPED
        known = msgspec.structs.replace(told, failed=now, trouble=kind, unread=max(kept.unread, told.unread))
    elif trouble is None and _is_good_again(kept, told):
        title, text, known = _("Backup “{name}” works again"), _(_DONE), None
    else:
        return None
    return _News(title, text, known)


def _needs_attention(trouble: Trouble, told: Told, now: datetime, *, is_stale: bool) -> _News | None:
    if told.trouble == trouble.kind and not _is_time(told.failed, now):
        return None
    text = f"{trouble.what}. {trouble.who.words}. {_(_OPEN)}"
    return _News(_(_ATTENTION), text, Told(now if is_stale else told.stale, now, trouble.kind))


def of_check(profile: Profile, found: Trouble) -> None:
    """Tell what a weekly security check has found open: the backups go on, so it is told once.

    Raises:
        Failure: why a message couldn't be sent.
    """
    _tell_of(profile, found, _(_OPEN_LOCK))


def of_drill(profile: Profile, found: Trouble) -> None:
    """Tell which files a weekly drill has found to differ.

    Raises:
        Failure: why a message couldn't be sent.
    """
    _tell_of(profile, found, _(_DIFFERENT).format(name=profile.name))


def of_last_run(profile: Profile, warning: str) -> None:
    """Tell what the run before this one has done to the backup: of each run, that is told once.

    Raises:
        Failure: why a message couldn't be sent.
    """
    _tell_once(profile, warning)


def _tell_of(profile: Profile, found: Trouble, to_do: str) -> None:
    _tell_once(profile, f"{found.what}. {found.who.words}. {to_do}")


def _tell_once(profile: Profile, text: str) -> None:
    title = _(_ATTENTION)
    _show(title, profile.name, text)
    if profile.schedule.alarm:
        _send(title, profile, text)


def _is_time(before: datetime | None, now: datetime) -> bool:
    return before is None or now - before >= _AT_MOST_EVERY or before > now  # the clock was wrong then, or is now


def _is_good_again(kept: record.Record, told: Told) -> bool:
    """Whether there was a good backup since the person was told of a bad one."""
    moments = [one.replace(microsecond=0) for one in (told.stale, told.failed) if one]
    return bool(moments and kept.result == "done" and kept.last_good and kept.last_good >= max(moments))


def _skips_files(kept: record.Record) -> bool:
    return kept.result == "incomplete" or (kept.result == "done" and kept.unread > 0)


def _are_more_skipped(kept: record.Record, told: Told) -> bool:
    """Whether more can't be read than the person was told of, or a run was incomplete for the first time since then."""
    if told.trouble not in {_SKIPPED, _INCOMPLETE}:
        return True
    return kept.unread > told.unread or (kept.result == "incomplete" and told.trouble == _SKIPPED)


def _what_is_skipped(kept: record.Record) -> str:
    if not kept.unread:
        return _("Some files can't be backed up. Open backup-wizard to see which, and what to do.")
    return ngettext(
        "{count} file can't be read. Open backup-wizard to see which, and what to do.",
        "{count} files can't be read. Open backup-wizard to see which, and what to do.",
        kept.unread,
    ).format(count=display.number(kept.unread))


def _how_old(kept: record.Record, ahead: upcoming.Upcoming, now: datetime) -> str:
    if last_good := kept.last_good or ahead.before:
        days = (now - last_good).days
        good = ngettext(
            "The last good backup is {count} day old.", "The last good backup is {count} days old.", days
        ).format(count=display.number(days))
    else:
        good = _("No backup has worked yet.")
    waits = f"{ahead.waits}." if ahead.waits else _(_OPEN)
    return f"{good} {waits}"


def _show_news(name: str, news: _News | None) -> None:
    if news and _show(news.title, name, news.text):
        _keep(name, _ON_DESKTOP, news.told)


def _show(title: str, name: str, text: str) -> bool:
    return desktop.show(*_as_shown(title, name, text))


def _send(title: str, profile: Profile, text: str) -> None:
    from wizard.schedule.alarms import channels  # most have no address

    channels.send(profile, *_as_shown(title, profile.name, text))


def _as_shown(title: str, name: str, text: str) -> tuple[str, str]:
    return title.format(name=name), display.printable(text)


def _told(name: str, file: str) -> Told:
    return state_files.load(name, file, Told, Told())


def _keep(name: str, file: str, told: Told | None) -> None:
    with contextlib.suppress(Failure):  # on a full disk, it is told once more
        if told:
            state_files.save(name, file, told, lasting=False)
        else:
            state_files.forget(name, file)
