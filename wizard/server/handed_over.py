"""The command that was handed over to the admin, so that a drift from it is noticed before rsync starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import files, paths
from wizard.schemes.facts import Recorded

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts


def keep(profile: Profile, client: ClientFacts) -> None:
    """Note what the admin was given; schemes whose text holds no command have nothing to note.

    Raises:
        Failure: our folder can't be written to.
    """
    if client.recorded:
        path = _file(profile)
        files.private_folder(path.parent)
        files.replace(path, msgspec.json.encode(client.recorded))


def has_drifted(profile: Profile, client: ClientFacts) -> bool:
    """Whether this computer would now ask for another command than the one that was handed over."""
    if client.recorded is None:
        return False
    try:
        return msgspec.json.decode(files.read(_file(profile)), type=Recorded) != client.recorded
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True


def _file(profile: Profile) -> Path:
    return paths.walk_state(profile.name) / "handed-over.json"
