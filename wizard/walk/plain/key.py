"""The question of the key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from wizard import paths, rules
from wizard.client.keys import found_keys, key_files, protected_key, secrets
from wizard.console import say
from wizard.display import printable
from wizard.failure import Failure, Kind
from wizard.profile import Key
from wizard.walk import steps
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from wizard.client.keys.secrets import Secret
    from wizard.client.session import Session
    from wizard.profile import Profile, Protection

_record = partial(steps.record_undecided, Step.KEY)
_UNPROTECTED = "This key has no passphrase: whoever gets at this computer's files can use it. Take it all the same?"


def key(profile: Profile, session: Session) -> Profile:
    """The key, and what protects it."""
    decided, typed, is_there = profile, None, profile.key_path.exists()
    if not is_there:
        decided = msgspec.structs.replace(profile, key=_protection(profile))
        typed = _new_passphrase() if decided.key.protection == "ask" and not decided.key_path.exists() else None
        if decided.key_path.exists():
            decided, typed = _own(decided)
    decided, typed = _ensured(decided, typed)
    if typed and decided.key.protection == "ask":
        session.remember(decided.key_path, typed)
    say(f"The key is {paths.shown(decided.key_path)}.")
    if is_there:
        asker.pause()
    return decided


def _ensured(profile: Profile, typed: Secret | None) -> tuple[Profile, Secret | None]:
    try:
        protected_key.ensure(profile, typed, _record)
    except Failure as failure:
        if typed or failure.kind not in {Kind.SECRET_MISSING, Kind.PASSPHRASE_WRONG}:
            raise
        say("The keyring does not hold this key's passphrase.")
        profile, typed = _own(profile)
        protected_key.ensure(profile, typed, _record)
    return profile, typed


def _protection(profile: Profile) -> Key:
    ask = ("ask", "a new key that asks for its passphrase each time")
    none = ("none", "a new key without protection: whoever gets at this computer's files can use it")
    keyring = _keyring()
    if keyring:
        alternatives = [("keyring", f"a new key, its passphrase kept in {keyring}"), ask, none]
    else:
        say("This computer has no keyring that keeps passphrases safely (gnome-keyring and KWallet are such).")
        alternatives = [ask, none]
    alternatives += [
        (found.file, f"your key {printable(found.file)} ({printable(found.comment)})")
        for found in found_keys.found()
        if found.file
    ]
    chosen = asker.choice("Which key shall open the server?", alternatives, alternatives[0][0])
    if chosen == "keyring":
        return Key(protection="keyring", file=profile.key.file)
    if chosen == "none":
        return Key(protection="none", file=profile.key.file)
    return Key(protection="ask", file=profile.key.file if chosen == "ask" else chosen)


def _own(profile: Profile) -> tuple[Profile, Secret | None]:
    path = profile.key_path
    if key_files.opens(path, None):
        if not asker.agrees(_UNPROTECTED, default=False):
            raise GoBack
        return _protected_by(profile, "none"), None
    while not key_files.opens(path, typed := asker.passphrase(f"The passphrase of {paths.shown(path)}")):
        say("  That passphrase does not open the key.")
        if not asker.agrees("Try once more?", default=True):
            raise GoBack
    keyring = _keyring()
    keep = bool(keyring) and asker.agrees(f"Keep it in {keyring}, so that backups need not ask for it?", default=True)
    return _protected_by(profile, "keyring" if keep else "ask"), typed


def _protected_by(profile: Profile, protection: Protection) -> Profile:
    return msgspec.structs.replace(profile, key=msgspec.structs.replace(profile.key, protection=protection))


def _keyring() -> str:
    try:
        return secrets.keyring_name()
    except Failure:
        return ""


def _new_passphrase() -> Secret:
    while True:
        typed = asker.passphrase("A passphrase for the new key")
        if complaint := rules.passphrase(typed.reveal()):
            say(f"  {complaint}")
        elif typed.reveal() != asker.passphrase("The same again").reveal():
            say("  Those were not the same.")
        else:
            return typed
