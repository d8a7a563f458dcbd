"""What this computer offers for the choice of a key."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from wizard.client.keys import found_keys, key_files, secrets
from wizard.failure import Failure
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.client.keys.found_keys import FoundKey
    from wizard.profile import Profile


@dataclass(frozen=True)
class KeyOptions:
    """The keyring's name, or nothing; the keys that could be reused; and where a new key would go.

    `there` is the key that the backup has already, if it can be used; `there_is_open` if it needs no passphrase.
    """

    keyring: str
    found: tuple[FoundKey, ...]
    new_file: str
    there: str = ""
    there_is_open: bool = False


def look(profile: Profile) -> KeyOptions:
    """See what there is; the keyring is not opened."""
    try:
        keyring = secrets.keyring_name()
    except Failure:
        keyring = ""
    there, is_open = paths.shown(profile.key_path), False
    try:
        if not profile.key_is_agents:
            is_open = key_files.opens(profile.key_path, None)
            key_files.complete(profile.key_path, profile.name)
        key_files.public_line(profile.key_path)
    except Failure:
        there = ""
    return KeyOptions(keyring, tuple(found_keys.found()), _free(profile.name), there, is_open)


def _free(name: str) -> str:
    folder, first = key_files.usual_folder(), key_files.file_name_for(name)
    candidates = (folder / candidate for candidate in chain([first], (f"{first}-{number}" for number in count(2))))
    return next(paths.shown(path) for path in candidates if not _is_taken(path))


def _is_taken(path: Path) -> bool:
    return any(half.exists() or half.is_symlink() for half in (path, path.with_name(f"{path.name}.pub")))
