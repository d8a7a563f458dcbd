"""A backup's key together with its protection: made, or found and tried."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from wizard.client.keys import found_keys, key_files, key_types, public_keys, secrets
from wizard.failure import Failure, Kind
from wizard.storage import paths, profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile

_AT_WORK = threading.Lock()


def ensure(profile: Profile, typed: Secret | None = None, keep: Callable[[Profile], None] = profiles.save) -> str:
    """Make the profile's key if there is none, see that its protection opens it, and return its public line.

    `typed` is the passphrase a person gave: for `ask`, and for a key of theirs that moves into the keyring. While that
    goes on, `keep` keeps the profile as one that is not decided.

    Raises:
        Failure: `BAD_VALUE` where the key that is there is of another type than the profile says, `KEY_WEAK`,
            `PASSPHRASE_WRONG`, `PASSPHRASE_UNASKED`, `SECRET_MISSING`, `AGENT_SILENT`, and what making and keeping
            raise.
    """
    key_files.require_strong(profile.key_path)
    # Whoever stops waiting for a keyring leaves this at work, and may come back and begin it once more.
    with _AT_WORK:
        if profile.key_is_agents:
            _require_agent(profile)
        elif profile.key_path.exists():
            _require_it_opens(profile, typed, keep)
            key_files.complete(profile.key_path, profile.name)
            _require_type(profile)
        else:
            _make(profile, typed)
        return key_files.public_line(profile.key_path)


def _make(profile: Profile, typed: Secret | None) -> None:
    passphrase: Secret | None = None
    kept: Secret | None = None
    if profile.key.protection == "keyring":
        # One that is kept may be another key's, which the profile names for as long as this one is not done.
        kept = _kept(profile.name)
        passphrase = typed or kept or secrets.generate()
        # The passphrase is stored before the key is made: a key whose passphrase nobody has can't be used.
        secrets.store(profile.name, "passphrase", passphrase)
    elif profile.key.protection == "ask":
        if not typed:
            raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))
        passphrase = typed
    try:
        key_files.make(profile.key_path, key_files.comment_for(profile.name), passphrase, profile.key.type)
    except BaseException:
        if kept:
            secrets.store(profile.name, "passphrase", kept)
        elif profile.key.protection == "keyring":
            secrets.remove(profile.name, "passphrase")
        raise


def _kept(name: str) -> Secret | None:
    try:
        return secrets.fetch(name, "passphrase")
    except Failure as failure:
        if failure.kind is not Kind.SECRET_MISSING:
            raise
        return None


def _require_it_opens(profile: Profile, typed: Secret | None, keep: Callable[[Profile], None]) -> None:
    path, protection = profile.key_path, profile.key.protection
    if protection == "none":
        passphrase = None
    elif typed:
        passphrase = typed
    elif protection == "keyring":
        passphrase = secrets.fetch(profile.name, "passphrase")
    else:
        return  # ssh asks the agent or the person for it
    if not key_files.opens(path, passphrase):
        raise Failure(Kind.PASSPHRASE_WRONG, str(path))
    if protection == "keyring" and typed:
        _move_into_keyring(profile, typed, keep)


def _move_into_keyring(profile: Profile, typed: Secret, keep: Callable[[Profile], None]) -> None:
    before = profiles.load(profile.name) if profiles.exists(profile.name) else None
    if before:
        # What is kept may open the key before this one: killed in between, the profile must not name that one any more.
        asked_for = msgspec.structs.replace(profile.key, protection="ask")
        keep(msgspec.structs.replace(before, key=asked_for))
    try:
        secrets.store(profile.name, "passphrase", typed)
    except BaseException:
        if before:
            profiles.save(before)
        raise


def _require_type(profile: Profile) -> None:
    key = profile.key
    if not key_types.is_of(key_files.public_line(profile.key_path), key.type):
        wrong = _("{file} already exists, and isn't a key of the type {type}. Name another file (key.file)")
        raise Failure(Kind.BAD_VALUE, wrong.format(file=paths.shown(profile.key_path), type=key.type))


def _require_agent(profile: Profile) -> None:
    wanted = key_files.public_line(profile.key_path)
    if not any(public_keys.same_key(line, wanted) for line in found_keys.agent_lines()):
        raise Failure(Kind.AGENT_SILENT, str(profile.key_path))
