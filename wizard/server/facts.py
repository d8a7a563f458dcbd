"""What is known of a server beside the profile, kept from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wizard.schemes.facts import ServerFacts
from wizard.storage import state_files

if TYPE_CHECKING:
    from wizard.profile import Profile

_FILE = "server-facts.json"


def known(profile: Profile) -> ServerFacts:
    """What is known of the profile's server; what was kept and can't be read is learnt anew."""
    return state_files.load(profile.name, _FILE, ServerFacts, ServerFacts())


def learn(profile: Profile, **found: Any) -> ServerFacts:
    """Add to what is known.

    Raises:
        Failure: our folder can't be written to.
    """
    facts = replace(known(profile), **found)
    state_files.save(profile.name, _FILE, facts)
    return facts
