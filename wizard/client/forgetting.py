"""Taking a backup off this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import places, profiles
from wizard.client import keys, known_hosts, secrets
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path


def own_key(name: str) -> Path | None:
    """The key that was made for this backup and for nothing else, if it is there."""
    try:
        path = profiles.load(name).key_path
        line = keys.public_line(path)
    except Failure:
        return None
    made_here = line.endswith(f" {keys.comment_for(name)}") and path.suffix != ".pub"
    return path if made_here and path.exists() else None


def forget(name: str, *, remove_key: bool) -> None:
    """Remove a backup's secrets, its entry among the known hosts, its profile, and its own key if so wished.

    Raises:
        Failure: a part can't be removed; the profile goes last, so that it can be tried again.
    """
    key = own_key(name) if remove_key else None
    for what in ("passphrase", "daemon-password"):
        _remove_secret(name, what)
    if key:
        keys.remove(key)
    (places.agent_keys() / f"{name}.pub").unlink(missing_ok=True)
    known_hosts.forget(name)
    profiles.remove(name)


def _remove_secret(name: str, what: secrets.What) -> None:
    try:
        secrets.remove(name, what)
    except Failure as failure:
        # Without a keyring nothing of ours can be in one; a locked one may hold it, and has to be opened.
        if failure.kind is not Kind.KEYRING_MISSING:
            raise
