"""The schemes, in order of recommendation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.schemes.daemon import Daemon
from wizard.schemes.daemon_over_ssh import DaemonOverSsh
from wizard.schemes.forced_command import ForcedCommand
from wizard.schemes.login import Login
from wizard.schemes.rrsync import Rrsync

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Scheme

SCHEMES: tuple[Scheme, ...] = (Rrsync(), ForcedCommand(), DaemonOverSsh(), Daemon(), Login())


def has_password(profile: Profile) -> bool:
    """Whether the profile's scheme asks this computer for a password."""
    return "auth" in of(profile).restrictions and profile.scheme.auth


def opened_folder(profile: Profile) -> str:
    """The folder on the server that the key or the password opens: all of the root, or this computer's own in it."""
    return profile.server.root if of(profile).shares_folder else profile.destination


def of(profile: Profile) -> Scheme:
    """The scheme that the profile has chosen.

    Raises:
        Failure: `SCHEME_UNKNOWN` if this version doesn't have it.
    """
    for scheme in SCHEMES:
        if scheme.kind == profile.scheme.kind:
            return scheme
    raise Failure(Kind.SCHEME_UNKNOWN, profile.scheme.kind)
