"""The keys that there are to choose from, in words."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

import msgspec

from wizard.text.display import printable
from wizard.text.language import _, ngettext
from wizard.walk.description import Alternative, OneOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.key_options import KeyOptions
    from wizard.profile import KeyType, Profile, Protection

QUESTION = _("How should the key be protected?")
WHICH = _("Which key do you want to use?")
REFUSED = _("The server doesn't accept the usual type of key (ed25519). A new key gets a type that it accepts.")


class Answer(StrEnum):
    """What can be chosen."""

    THERE = auto()
    KEYRING = auto()
    ASK = auto()
    OWN = auto()
    UNPROTECTED = auto()


MADE = frozenset({Answer.KEYRING, Answer.ASK, Answer.UNPROTECTED})
"""Those for which a new key is made."""


class Keys(msgspec.Struct, frozen=True):
    """What there is to choose from.

    `unlocked` are the files of the person's own keys that open without a passphrase. `is_held` is whether the wizard
    was given the passphrase of the backup's key already, and `is_lost` whether the one in the keyring is not the key's.
    `types` are what the server takes if it doesn't take the usual type, and `is_refused` whether the backup's key is of
    that.
    """

    options: KeyOptions
    unlocked: frozenset[str]
    is_held: bool
    is_lost: bool
    types: tuple[KeyType, ...] = ()
    is_refused: bool = False


def kept_protection(profile: Profile, keys: Keys) -> Protection:
    """What would protect the key that is there already."""
    in_keyring = profile.key.protection == "keyring" and keys.options.keyring
    return "keyring" if in_keyring and not keys.is_lost else "ask"


def choice(profile: Profile, keys: Keys) -> OneOf:
    """All that can be chosen; proposed is never a key without protection, unless that was chosen before."""
    options = keys.options
    chosen_before = not options.there_is_open or profile.key.protection == "none"
    default = Answer.KEYRING if options.keyring else Answer.ASK
    if options.there and chosen_before and not (keys.is_lost or keys.is_refused):
        default = Answer.THERE
    return OneOf(id="key", label=QUESTION, alternatives=tuple(_listed(profile, keys)), default=default)


def new_type(keys: Keys) -> OneOf:
    """The types of which a new key may be, where the server doesn't take the usual one."""
    told = {
        "ecdsa": Alternative("ecdsa", _("ECDSA (256 bits)"), _("Short and fast.")),
        "rsa": Alternative("rsa", _("RSA (4096 bits)"), _("Longer and slower. Older devices may know only this one.")),
    }
    listed = tuple(told[type] for type in keys.types)
    return OneOf(id="key-type", label=_("Which type of key?"), alternatives=listed, default=listed[0].id)


def own_keys(keys: Keys) -> OneOf:
    """The person's own keys."""
    listed = [
        Alternative(str(number), printable(key.comment), printable(_place(key.file)))
        for number, key in enumerate(keys.options.found)
    ]
    return OneOf(id="own-key", label=WHICH, alternatives=tuple(listed), default="0")


def _listed(profile: Profile, keys: Keys) -> Iterator[Alternative]:
    options = keys.options
    if options.there:
        yield Alternative(Answer.THERE, _("Keep the current key"), _about_there(profile, keys))
    if options.keyring:
        made = _("Saves its passphrase in {keyring}.").format(keyring=options.keyring)
        loses = _("After that, nobody can unlock the current key any more.")
        sentence = loses if _would_lose_one(profile, keys) else made
        yield Alternative(Answer.KEYRING, _("A new key, with its passphrase saved in your keyring"), sentence)
    by_you = _("You choose a passphrase and type it for each backup.")
    yield Alternative(Answer.ASK, _("A new key, with a passphrase you type each time"), by_you)
    count = len(options.found)
    some = ngettext("Found {count} in ~/.ssh or your ssh agent.", "Found {count} in ~/.ssh or your ssh agent.", count)
    sentence = some.format(count=count) if count else _("Found none in ~/.ssh or your ssh agent.")
    yield Alternative(Answer.OWN, _("A key you already have"), sentence, disabled=not count)
    anyone = _("Anyone who gets this computer's files can use it.")
    yield Alternative(Answer.UNPROTECTED, _("A new key without a passphrase"), anyone)


def _about_there(profile: Profile, keys: Keys) -> str:
    if keys.is_refused:
        return _("{file}. The server doesn't accept its type.").format(file=keys.options.there)
    if profile.key_is_agents:
        return _("In your ssh agent.")
    file = keys.options.there
    if keys.options.there_is_open:
        return _("{file}, without a passphrase.").format(file=file)
    if kept_protection(profile, keys) == "keyring":
        return _("{file}, with its passphrase saved in your keyring.").format(file=file)
    return _("{file}, with a passphrase you type each time.").format(file=file)


def _would_lose_one(profile: Profile, keys: Keys) -> bool:
    # The keyring holds one passphrase for a backup; that of a key made here is known to nobody else.
    options = keys.options
    made_here = options.there.startswith("~/.ssh/backup-wizard-") and not options.there_is_open
    return made_here and kept_protection(profile, keys) == "keyring"


def _place(file: str) -> str:
    if file:
        return _("in {file}").format(file=file)
    return _("in your ssh agent, which must be running for each backup")
