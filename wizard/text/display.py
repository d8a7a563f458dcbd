"""Texts, counts and sizes as people read them, and nothing a terminal would take as an order."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from wizard.text.language import N_, _, ngettext

if TYPE_CHECKING:
    from datetime import datetime

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "␡"}
_STEP = 1000
_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")
_ORDERS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
_MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August")),
    *(N_("September"), N_("October"), N_("November"), N_("December")),
)


def printable(text: str, *, keep_lines: bool = False) -> str:
    """The text with every control character and every mark that turns writing around made visible."""
    if keep_lines:
        return "\n".join(map(printable, text.split("\n")))
    return text if text.isprintable() else "".join(map(_visible, text))


def size(count: float) -> str:
    """A size that is given in bytes: 1 byte, 8 bytes, 3.4 GB. A kB is 1000 bytes, as on the label of a disk."""
    if round(count) < _STEP:
        whole = round(count)
        return ngettext("{count} byte", "{count} bytes", whole).format(count=whole)
    units = iter(_UNITS)
    unit, count = next(units), count / _STEP
    while round(count, 1) >= _STEP and (larger := next(units, "")):
        unit, count = larger, count / _STEP
    return f"{count:.1f} {unit}"


def number(count: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{count:,}"


def files(count: int) -> str:
    """A number of files in words."""
    return ngettext("{count} file", "{count} files", count).format(count=number(count))


def entries(count: int) -> str:
    """A number of files and folders in words."""
    return ngettext("{count} item", "{count} files and folders", count).format(count=number(count))


def duration(seconds: int) -> str:
    """A time span as people say it, in two units at most."""
    for size, unit, smaller, part in ((3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            return f"{whole} {unit} {rest // smaller} {part}" if rest >= smaller and whole < 10 else f"{whole} {unit}"
    return f"{seconds} s"


def periods(days: int, weeks: int, months: int) -> str:
    """How far back versions go: 7 days, 4 weeks, 12 months."""
    in_days = ngettext("{count} day", "{count} days", days).format(count=days)
    in_weeks = ngettext("{count} week", "{count} weeks", weeks).format(count=weeks)
    in_months = ngettext("{count} month", "{count} months", months).format(count=months)
    if months:
        return _("{days}, {weeks}, {months}").format(days=in_days, weeks=in_weeks, months=in_months)
    return _("{days}, {weeks}").format(days=in_days, weeks=in_weeks) if weeks else in_days


def day(moment: datetime) -> str:
    """A day on this computer's clock: Tuesday, 24 November 2026."""
    here = moment.astimezone()
    return _("{weekday}, {day} {month} {year}").format(
        weekday=_(_WEEKDAYS[here.weekday()]), day=here.day, month=_(_MONTHS[here.month - 1]), year=here.year
    )


def ago(seconds: float) -> str:
    """How long ago something was, in one unit."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    if minutes < 48 * 60:
        return ngettext("{count} hour ago", "{count} hours ago", minutes // 60).format(count=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("{count} day ago", "{count} days ago", days).format(count=number(days))


def _visible(sign: str) -> str:
    code = ord(sign)
    if code in _PICTURES:
        return _PICTURES[code]
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if unicodedata.category(sign) in _ORDERS else sign
