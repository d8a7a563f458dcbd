"""What is said of what is ticked in a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.restore import versions
from wizard.text import display
from wizard.text.language import _, ngettext
from wizard.walk.getting_back.ticks import ALL

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.walk.getting_back.ticks import Ticks
    from wizard.walk.getting_back.wish import Wish

_NAMED = 3


def everything(profile: Profile, wish: Wish) -> str:
    """What the tree is of: the backup as it is, or as it was on a day."""
    if wish.version:
        return _("Everything as on {day}").format(day=versions.day_of(wish.version))
    return _("Everything in “{name}”").format(name=display.printable(profile.name))


def in_words(ticks: Ticks) -> str:
    """What is ticked, by a few names."""
    if not ticks.paths:
        return _("Nothing is selected yet.")
    if ALL in ticks.paths:
        return _("Everything is selected.")
    names = ", ".join(display.printable(path.rpartition("/")[2]) for path in ticks.paths[:_NAMED])
    more = len(ticks.paths) - _NAMED
    if more > 0:
        told = ngettext("Selected: {names} and {count} more.", "Selected: {names} and {count} more.", more)
        return told.format(names=names, count=display.number(more))
    return _("Selected: {names}.").format(names=names)


def why_not_cleared(ticks: Ticks, path: str, name: str) -> str:
    """Why what is in a ticked folder can't be left out of it alone."""
    around = ticks.around(path)
    parent = name if not around else around.rpartition("/")[2]
    told = _("“{name}” comes with “{parent}”. To leave it out, clear “{parent}” and select what you want in it.")
    return told.format(name=display.printable(path.rpartition("/")[2]), parent=display.printable(parent))
