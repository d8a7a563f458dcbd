"""The question of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import places
from wizard.client import keys, protected_key, secrets
from wizard.failure import Failure
from wizard.lines import say
from wizard.plain import asker
from wizard.profile import Key

if TYPE_CHECKING:
    from wizard.client.secrets import Secret
    from wizard.client.session import Session
    from wizard.profile import Profile

_SHORTEST_PASSPHRASE = 8


def key(profile: Profile, session: Session) -> Profile:
    """The key, and what protects it."""
    decided = profile
    if not profile.key_path.exists():
        decided = msgspec.structs.replace(profile, key=_protection(profile))
    typed: Secret | None = None
    if decided.key.protection == "ask" and not decided.key_path.exists():
        typed = _new_passphrase()
    protected_key.ensure(decided, typed)
    if typed:
        session.remember(decided.key_path, typed)
    say(f"The key is {places.shown(decided.key_path)}.")
    return decided


def _protection(profile: Profile) -> Key:
    ask = ("ask", "a new key that asks for its passphrase each time")
    none = ("none", "a new key without protection: whoever gets at this computer's files can use it")
    try:
        keyring = ("keyring", f"a new key, its passphrase kept in {secrets.keyring_name()}")
    except Failure:
        say("This computer has no keyring that keeps passphrases safely (gnome-keyring and KWallet are such).")
        alternatives = [ask, none]
    else:
        alternatives = [keyring, ask, none]
    alternatives += [(found.file, f"your key {found.file} ({found.comment})") for found in keys.found() if found.file]
    chosen = asker.choice("Which key shall open the server?", alternatives, alternatives[0][0])
    if chosen == "keyring":
        return Key(protection="keyring", file=profile.key.file)
    if chosen == "none":
        return Key(protection="none", file=profile.key.file)
    return Key(protection="ask", file=profile.key.file if chosen == "ask" else chosen)


def _new_passphrase() -> Secret:
    while True:
        typed = asker.passphrase(f"A passphrase of at least {_SHORTEST_PASSPHRASE} signs")
        if len(typed.reveal()) < _SHORTEST_PASSPHRASE:
            say("  That is too short.")
        elif typed.reveal() != asker.passphrase("The same again").reveal():
            say("  Those were not the same.")
        else:
            return typed
