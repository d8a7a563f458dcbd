"""What is known of a server beside the profile, kept from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from wizard import files, paths
from wizard.schemes.facts import ServerFacts

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import Profile


def known(profile: Profile) -> ServerFacts:
    """What is known of the profile's server; what was kept and can't be read is learnt anew."""
    try:
        return msgspec.json.decode(files.read(_file(profile)), type=ServerFacts)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ServerFacts()


def learn(profile: Profile, **found: Any) -> ServerFacts:
    """Add to what is known.

    Raises:
        Failure: our folder can't be written to.
    """
    facts = replace(known(profile), **found)
    path = _file(profile)
    files.private_folder(path.parent)
    files.replace(path, msgspec.json.encode(facts))
    return facts


def _file(profile: Profile) -> Path:
    return paths.walk_state(profile.name) / "server-facts.json"
