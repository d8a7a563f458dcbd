"""What a profile file or a value in it lacks."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.BAD_PROFILE: Words("This can't be taken: {about}", YOU, "Change that line, then try again."),
    Kind.FOREIGN_PROFILE: Words(
        "{about} is not a profile of backup-wizard",
        YOU,
        "Give the right file; nothing was read from this one or changed in it.",
    ),
    Kind.NO_SUCH_PROFILE: Words(
        "There is no backup “{about}” here", YOU, "“backup-wizard list” shows those that there are."
    ),
    Kind.PROFILE_DIFFERS: Words(
        "A backup “{about}” is kept here already, with other settings",
        YOU,
        "Give the new one another name, or first run “backup-wizard forget {about}”.",
    ),
    Kind.FOREIGN_REQUEST: Words(
        "{about} is not a request of backup-wizard",
        YOU,
        "Give the file that the user's wizard saved (backup-wizard export NAME --format request).",
    ),
    Kind.PROFILE_IN_USE: Words(
        "Another backup-wizard is busy with the backup “{about}”",
        YOU,
        "Wait until that one is done, or close it; then try again. Nothing was changed.",
    ),
    Kind.UNDECIDED: Words(
        "{about} is not decided yet", YOU, "Run “backup-wizard {name}” and answer what it asks, or add it to the file."
    ),
    Kind.BAD_VALUE: Words("This can't be taken: {about}", YOU, "Change it, then try again."),
    Kind.SCHEME_UNKNOWN: Words(
        "This version can't do the scheme “{about}”", YOU, "Choose rrsync, or install a newer backup-wizard."
    ),
}
