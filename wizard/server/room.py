"""Whether a first backup will fit on the server: by the room that its receipt told of, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from wizard.server import kept_facts
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile

_SPARE_FOR_VERSIONS = 1 << 30
"""The server makes no version that would leave less free than this, or 5 % of the disk."""


class Room(msgspec.Struct, frozen=True):
    """Whether it fits, and that in words."""

    fits: bool
    sentence: str


def for_first_backup(profile: Profile, size: int) -> Room | None:
    """Whether so many bytes have room, and once more for the first version where some are kept; `None` if not known."""
    known = kept_facts.known(profile)
    if known.room is None or not size:
        return None
    needed = size
    if profile.versions.are_kept:
        needed += size + _SPARE_FOR_VERSIONS
    fits = needed <= known.room
    told = _("On {day}, the server had {room} free.").format(
        day=display.day(datetime.fromtimestamp(known.room_seen, UTC)), room=display.size(known.room)
    )
    return Room(fits, " ".join([told, _versions_too(size, fits=fits) if profile.versions.are_kept else _alone(fits)]))


def _alone(fits: bool) -> str:
    if fits:
        return _("The first backup fits.")
    return _("The first backup doesn't fit. Skip some folders, or ask your admin for more room.")


def _versions_too(size: int, *, fits: bool) -> str:
    told = _("The first backup takes {size}, and its first version as much again: that fits.")
    if not fits:
        told = _(
            "The first backup takes {size}, and its first version as much again: there may be too little room for both."
            " Skip some folders, or ask your admin for more room."
        )
    return told.format(size=display.size(size))
