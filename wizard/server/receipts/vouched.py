"""The fingerprints that the admin's receipt vouched for, so that a server which shows others is told apart from one
that was set up anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import files, paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wizard.profile import Profile


def keep(profile: Profile, fingerprints: Sequence[str]) -> None:
    """Note them.

    Raises:
        Failure: our folder can't be written to.
    """
    path = _file(profile)
    files.private_folder(path.parent)
    files.replace(path, msgspec.json.encode(list(fingerprints)))


def by_receipt(profile: Profile) -> bool:
    """Whether what the profile has as confirmed was vouched for by a receipt."""
    try:
        vouched = msgspec.json.decode(files.read(_file(profile)), type=tuple[str, ...])
    except (OSError, msgspec.DecodeError):
        return False
    return bool(profile.server.host_keys) and set(profile.server.host_keys) <= set(vouched)


def _file(profile: Profile) -> Path:
    return paths.walk_state(profile.name) / "receipt.json"
