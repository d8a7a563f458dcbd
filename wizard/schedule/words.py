"""How often a backup is made, when it is made next and what it waits for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.text.language import N_, _

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.profile import Every, Schedule
    from wizard.schedule.waiting import Reason, Waiting

EVERY: dict[Every, str] = {
    "hourly": N_("Every hour"),
    "daily": N_("Every day"),
    "weekly": N_("Every week"),
    "off": N_("Only when you start it"),
}
_AT_A_TIME = {"daily": N_("Every day at {time}"), "weekly": N_("Every week at {time}")}
WAITS: dict[Reason, str] = {
    "battery": N_("Waiting until this computer is plugged in"),
    "metered": N_("Waiting for an unmetered network"),
    "keyring": N_("Waiting until you unlock your keyring"),
    "server": N_("Waiting until the server can be reached"),
    "busy": N_("Waiting until another program has finished with it"),
    "setup": N_("Waiting until you finish its setup"),
}


def how_often(schedule: Schedule) -> str:
    """How often the backup is made."""
    if schedule.at and schedule.every in _AT_A_TIME:
        return _(_AT_A_TIME[schedule.every]).format(time=schedule.at)
    return _(EVERY[schedule.every])


def when(schedule: Schedule, moment: datetime, now: datetime, *, is_exact: bool = False) -> str:
    """When a backup is due, to go on after “Next backup:”; the hour is told where it is chosen, or `is_exact`."""
    if moment <= now:
        return _("as soon as possible")
    days = (moment.astimezone().date() - now.astimezone().date()).days
    if schedule.every == "hourly" or schedule.at or is_exact:
        told = [_("today at {time}"), _("tomorrow at {time}")][days] if days < 2 else _("{date} at {time}")
    else:
        told = [_("today"), _("tomorrow")][days] if days < 2 else "{date}"
    local = moment.astimezone()
    return told.format(date=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}")


def waits(waiting: Waiting) -> str:
    """What it waits for, and since when."""
    since = f"{waiting.since.astimezone():%Y-%m-%d %H:%M}"
    return _("{what} (since {time})").format(what=_(WAITS[waiting.reason]), time=since)
