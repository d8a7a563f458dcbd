"""The fingerprints that the admin's receipt confirmed: if the server shows others, the receipt is named as wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.storage import state_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.profile import Profile

_FILE = "receipt.json"


def keep(profile: Profile, fingerprints: Sequence[str]) -> None:
    """Remember the fingerprints that a receipt vouched for, in place of an earlier receipt's.

    Raises:
        Failure: our folder can't be written to.
    """
    state_files.save(profile.name, _FILE, list(fingerprints))


def by_receipt(profile: Profile) -> bool:
    """Whether what the profile has as confirmed was vouched for by a receipt."""
    vouched = state_files.load(profile.name, _FILE, tuple[str, ...], ())
    return bool(profile.server.host_keys) and set(profile.server.host_keys) <= set(vouched)
