"""What is known of a server beside the profile, kept from one run to the next."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wizard import schemes
from wizard.client.ssh import dial
from wizard.failure import Failure
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


def was_let_in(profile: Profile) -> bool:
    """Whether the server has let this way in work before: this key or password, for this account and service."""
    return known(profile).let_in == _way_in(profile)


def note_let_in(profile: Profile) -> None:
    """Remember that the server lets this way in work; on a full disk, the next time."""
    if not was_let_in(profile) or known(profile).locked_out:
        with contextlib.suppress(Failure):
            learn(profile, let_in=_way_in(profile), locked_out="")


def forget_let_in(profile: Profile) -> None:
    """Take it back: what let it in was tried and undone.

    Raises:
        Failure: our folder can't be written to.
    """
    if was_let_in(profile):
        learn(profile, let_in="")


def note_locked_out(profile: Profile, moment: int) -> None:
    """Remember what a receipt said: at that moment the admin has locked this way in out; 0 for not at all.

    Raises:
        Failure: our folder can't be written to.
    """
    learn(profile, locked_out=f"{moment} {_way_in(profile)}" if moment else "")


def locked_out(profile: Profile) -> int:
    """When the admin has locked this way in out, in seconds since 1970; 0 if not, as far as is known."""
    moment, _space, way_in = known(profile).locked_out.partition(" ")
    return int(moment) if way_in == _way_in(profile) else 0


def note_versions(profile: Profile, *, are_kept: bool) -> None:
    """Remember whether a receipt named older versions of this backup.

    Raises:
        Failure: our folder can't be written to.
    """
    learn(profile, versions_of=_place(profile) if are_kept else "")


def keeps_versions(profile: Profile) -> bool:
    """Whether the last receipt named older versions of this backup, where it is now."""
    return known(profile).versions_of == _place(profile)


def _place(profile: Profile) -> str:
    return f"{profile.server.account}:{profile.destination}"


def _way_in(profile: Profile) -> str:
    key = f" {profile.key_path}" if schemes.of(profile).uses_ssh else ""
    return f"{profile.server.account}:{dial.service(profile).port}{key}"
