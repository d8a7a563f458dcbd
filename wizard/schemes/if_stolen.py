"""What somebody who has stolen a backup's key or password can do, as data and in plain words."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.profile import Profile


class Ability(StrEnum):
    """One thing a thief can do on the server, within the backup's own folder unless it says otherwise."""

    ADD = auto()
    CHANGE = auto()
    DELETE = auto()
    READ = auto()
    GUESS = auto()
    """Find out whether a file of a known name has a content that was guessed."""
    NAMES = auto()
    """List the names of files."""
    LOCK_OUT = auto()
    """Set modes that keep the honest computer from backing up."""
    SHARE = auto()
    """Set modes that let other accounts of the server in."""
    OTHER_BACKUPS = auto()
    """Do the same to the other backups in the same module."""
    EVERYTHING = auto()
    """Whatever the account may do on the server."""


_MAIN = {  # by whether files can be read, changed, deleted
    (False, False, False): "{who} can add files to this backup, but can't read, change or delete any.",
    (False, True, False): "{who} can add and overwrite files in this backup, but can't read or delete any.",
    (False, True, True): "{who} can add, overwrite and delete files in this backup, but can't read any.",
    (True, False, False): "{who} can read this backup and add files to it, but can't change or delete any.",
    (True, True, False): "{who} can read, add and overwrite files in this backup, but can't delete any.",
    (True, True, True): "{who} can read, add, overwrite and delete files in this backup.",
}
_MORE = {
    Ability.NAMES: "They can list the names of its files.",
    Ability.GUESS: "They can check a guess at what a file contains.",
    Ability.LOCK_OUT: "They can keep this computer from backing up.",
    Ability.SHARE: "They can open this backup to other users of the server.",
    Ability.OTHER_BACKUPS: "The same goes for other computers' backups in that folder.",
    Ability.EVERYTHING: "Links are active: on an older server they can do whatever your account can.",
}


def sentence(who: str, abilities: frozenset[Ability]) -> str:
    """The abilities in words; `who` begins the sentence, such as “Whoever steals the key”."""
    can_read = Ability.READ in abilities
    main = _MAIN[can_read, Ability.CHANGE in abilities, Ability.DELETE in abilities].format(who=who)
    # Who can read needs no guesses.
    told = (words for ability, words in _MORE.items() if ability in abilities and not (can_read and _is_read(ability)))
    return " ".join([main, *told])


def in_folder(profile: Profile, *more: Ability) -> frozenset[Ability]:
    """What the restrictions of a profile's scheme leave to a thief who has rsync."""
    scheme = profile.scheme
    return frozenset(_in_folder(scheme.write_only, scheme.allow_delete, scheme.append_only)) | frozenset(more)


def _in_folder(write_only: bool, allow_delete: bool, append_only: bool) -> Iterable[Ability]:
    yield from (Ability.ADD, Ability.GUESS)
    if not append_only:
        yield Ability.CHANGE
    if allow_delete:
        yield from (Ability.DELETE, Ability.NAMES)
    if not write_only:
        yield from (Ability.READ, Ability.NAMES)


def _is_read(ability: Ability) -> bool:
    return ability in {Ability.NAMES, Ability.GUESS}
