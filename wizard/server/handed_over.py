"""The command that was handed over to the admin, so that a drift from it is noticed before rsync starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.facts import Recorded
from wizard.storage import paths, state_files

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts

_FILE = "handed-over.json"


def keep(profile: Profile, client: ClientFacts) -> None:
    """Note what the admin was given; schemes whose text holds no command have nothing to note.

    Raises:
        Failure: our folder can't be written to.
    """
    if client.recorded:
        state_files.save(profile.name, _FILE, client.recorded)


def has_drifted(profile: Profile, client: ClientFacts) -> bool:
    """Whether this computer would now ask for another command than the one that was handed over."""
    if client.recorded is None:
        return False
    return state_files.load(profile.name, _FILE, Recorded, None) != client.recorded


def was(name: str) -> bool:
    """Whether the text for the admin of that backup's server was ever written."""
    return (paths.walk_state(name) / _FILE).exists()
