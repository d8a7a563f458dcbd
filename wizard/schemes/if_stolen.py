"""What somebody who has stolen a backup's key or password can do, as data and in plain words."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile


class Ability(StrEnum):
    """One thing a thief can do on the server, within the backup's own folder unless it says otherwise."""

    ADD = auto()
    CHANGE = auto()
    DELETE = auto()
    READ = auto()
    CHANGE_WITH_TOOLS = auto()
    """Overwrite files, with a client that speaks rsync's protocol in its own way."""
    READ_WITH_TOOLS = auto()
    """Read files with such a client."""
    GUESS = auto()
    """Find out whether a file of a known name has a content that was guessed."""
    NAMES = auto()
    """List the names of files."""
    LINES = auto()
    """Have single lines of files printed, also of files outside the folder if the server's rsync is older than 3.5."""
    LOCK_OUT = auto()
    """Put folders in the place of files, which keeps the honest computer from backing those up."""
    SHARE = auto()
    """Set modes that let other accounts of the server in."""
    OTHER_BACKUPS = auto()
    """Do the same to the other backups in the same module."""
    EVERYTHING = auto()
    """Whatever the account may do on the server."""


_MAIN = {  # by whether files can be read, changed, deleted
    (False, False, False): N_("{who} can add files to this backup, but can't read, change or delete any."),
    (False, True, False): N_("{who} can add and overwrite files in this backup, but can't read or delete any."),
    (False, True, True): N_("{who} can add, overwrite and delete files in this backup, but can't read any."),
    (True, False, False): N_("{who} can read this backup and add files to it, but can't change or delete any."),
    (True, True, False): N_("{who} can read, add and overwrite files in this backup, but can't delete any."),
    (True, True, True): N_("{who} can read, add, overwrite and delete files in this backup."),
}
_MORE = {
    Ability.READ_WITH_TOOLS: N_("With special tools, they can also read files in it."),
    Ability.CHANGE_WITH_TOOLS: N_("With special tools, they can also overwrite files in it."),
    Ability.NAMES: N_("They can list its file names."),
    Ability.GUESS: N_("They can test guesses about file contents."),
    Ability.LINES: N_("They can read single lines of its files and, on older servers, of files outside the backup."),
    Ability.LOCK_OUT: N_("They can stop this computer from backing up."),
    Ability.SHARE: N_("They can open this backup to other users of the server."),
    Ability.OTHER_BACKUPS: N_("The same is true for other computers' backups in that folder."),
    Ability.EVERYTHING: N_("Links are active, so on an older server they can do anything your account can do."),
}
# Who can read needs neither tools nor guesses.
_NOT_BESIDE_READING = frozenset({Ability.NAMES, Ability.GUESS, Ability.READ_WITH_TOOLS})


def sentence(who: str, abilities: frozenset[Ability]) -> str:
    """The abilities in words; `who` begins the sentence, such as “Anyone who steals the key”."""
    can_read = Ability.READ in abilities
    main = _(_MAIN[can_read, Ability.CHANGE in abilities, Ability.DELETE in abilities]).format(who=who)
    told = abilities - _NOT_BESIDE_READING if can_read else abilities
    return " ".join([main, *(_(words) for ability, words in _MORE.items() if ability in told)])


def in_folder(profile: Profile, *more: Ability) -> frozenset[Ability]:
    """What the restrictions of a profile's scheme leave to a thief, with rsync or a client of their own."""
    scheme = profile.scheme
    return frozenset(
        {
            *(Ability.ADD, Ability.GUESS),
            # No rsync looks at --ignore-existing once a file's content arrives unasked. And what can be deleted can be
            # put there anew.
            Ability.CHANGE_WITH_TOOLS if scheme.append_only and not scheme.allow_delete else Ability.CHANGE,
            # A file can be read by the temporary copy that rsync makes of it, once the copy's name is known.
            *((Ability.DELETE, Ability.NAMES, Ability.READ_WITH_TOOLS) if scheme.allow_delete else ()),
            *(() if scheme.write_only else (Ability.READ, Ability.NAMES)),
            # Only a backup that deletes makes way for its files again.
            *(() if scheme.append_only or profile.delete else (Ability.LOCK_OUT,)),
            *((Ability.LINES,) if scheme.allow_delete or not scheme.write_only else ()),
            *(() if scheme.munge else (Ability.EVERYTHING,)),
            *more,
        }
    )
