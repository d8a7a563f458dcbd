"""A key with two lines: one for the places of the profile, and one for everywhere else, which only adds files.

A stolen laptop is elsewhere, so that is all that its thief can do, whatever the backup does at its usual places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from wizard.profile import Profile


def is_wanted(profile: Profile) -> bool:
    """Whether the profile is for both lines, so that it depends on the server which of them is met."""
    return bool(profile.scheme.elsewhere and profile.scheme.from_)


def is_away(profile: Profile) -> bool:
    """Whether it is a profile as `away` makes it; none in a file is like that."""
    return bool(profile.scheme.elsewhere and not profile.scheme.from_)


def at_its_places(profile: Profile) -> Profile:
    """The backup as the line for its places has it."""
    return replace(profile, scheme=replace(profile.scheme, elsewhere=""))


def away(profile: Profile) -> Profile:
    """The backup as the line for everywhere else has it. It is never saved."""
    scheme = replace(profile.scheme, from_=(), write_only=True, allow_delete=False, append_only=True)
    return replace(profile, delete=False, scheme=scheme)
