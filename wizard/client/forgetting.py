"""Taking a backup off this computer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client import stale_temp_files
from wizard.client.host_keys import known_hosts
from wizard.client.keys import key_files, reading_key, secrets
from wizard.failure import Failure, Kind
from wizard.schedule import setting
from wizard.storage import files, paths, profiles

if TYPE_CHECKING:
    from pathlib import Path

SECRETS: tuple[secrets.What, ...] = (
    "passphrase",
    "daemon-password",
    "alarm-address",
    "ping-address",
    reading_key.SECRET,
)


def own_keys(name: str) -> list[Path]:
    """The keys that were made for this backup and for nothing else: its present one first, then those it had before."""
    try:
        present = [profiles.load(name).key_path]
    except Failure:
        present = []
    others = _keys_of_others(name)
    candidates = present + [path for path in key_files.begun_for(name) if path not in present and path not in others]
    for path in candidates:
        if path.suffix != ".pub" and path.exists():
            with contextlib.suppress(Failure):
                key_files.complete(path, name)
    return [path for path in candidates if key_files.is_made_for(path, name)]


def _keys_of_others(name: str) -> set[Path]:
    others = [other for other in profiles.names() if other != name]
    found = {key_files.usual_folder() / key_files.file_name_for(other) for other in others}
    for other in others:
        with contextlib.suppress(Failure):
            found.add(profiles.load(other).key_path)
    return found


def forget(name: str, *, remove_key: bool) -> None:
    """Remove a backup's secrets, its entry among the known hosts, its profile, and its own keys if so wished.

    With the last backup that has a schedule, the timer goes.

    A key that stays keeps its passphrase: neither is of use without the other. One that reads for a while never stays.

    Raises:
        Failure: a part can't be removed; the profile goes last, so that it can be tried again.
    """
    setting.require_removable(name)
    stale_temp_files.clear(name)
    own = own_keys(name)
    going = [what for what in SECRETS if what != "passphrase" or remove_key or not own]
    for what in going:
        _require_keyring(name, what)
    for key in own if remove_key else ():
        key_files.remove(key)  # before its passphrase: a key without one could be used by nobody
    reading_key.remove_file(name)
    for what in going:
        _remove_secret(name, what)
    files.remove(paths.agent_keys() / f"{name}.pub")
    known_hosts.forget(name)
    setting.leave(name)
    profiles.remove(name)


def _require_keyring(name: str, what: secrets.What) -> None:
    try:
        secrets.fetch(name, what)
    except Failure as failure:
        # No keyring, no secret in it; but a locked one may hold the secret, so it has to be opened first.
        if failure.kind not in {*without_keyring(name, what), Kind.SECRET_MISSING}:
            raise


def _remove_secret(name: str, what: secrets.What) -> None:
    try:
        secrets.remove(name, what)
    except Failure as failure:
        if failure.kind not in without_keyring(name, what):
            raise


def without_keyring(name: str, what: secrets.What) -> set[Kind]:
    """The failures that mean that no keyring holds the secret; one that is out of reach may."""
    return {Kind.KEYRING_MISSING} if _is_kept(name, what) else {Kind.KEYRING_MISSING, Kind.KEYRING_UNREACHABLE}


def _is_kept(name: str, what: secrets.What) -> bool:
    try:
        profile = profiles.load(name)
    except Failure:
        return True
    match what:
        case "passphrase":
            return profile.key.protection == "keyring"
        case "daemon-password":
            return schemes.has_password(profile)
        case "alarm-address":
            return profile.schedule.alarm
        case "ping-address":
            return profile.schedule.ping
        case "restore-passphrase":
            return reading_key.in_use(name) is not None
