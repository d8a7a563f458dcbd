"""What is wrong with a profile, or with what a person typed."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import YOU, Words

WORDS = {
    Kind.BAD_PROFILE: Words(N_("This setting isn't valid: {about}"), YOU, N_("Correct that line, then try again.")),
    Kind.FOREIGN_PROFILE: Words(
        N_("{about} isn't a backup-wizard profile"),
        YOU,
        N_("Choose the right file. backup-wizard took nothing from this one and didn't change it."),
    ),
    Kind.NO_SUCH_PROFILE: Words(
        N_("There is no backup “{about}” on this computer"), YOU, N_("“backup-wizard list” shows your backups.")
    ),
    Kind.PROFILE_DIFFERS: Words(
        N_("This computer already has a backup “{about}” with other settings"),
        YOU,
        N_("Give the new one another name, or run “backup-wizard forget {about:sh}” first."),
    ),
    Kind.FOREIGN_REQUEST: Words(
        N_("{about} isn't a backup-wizard request"),
        YOU,
        N_("Choose the file that the user saved (backup-wizard export NAME --format request)."),
    ),
    Kind.PROFILE_IN_USE: Words(
        N_("Another backup-wizard window is using the backup “{about}”"),
        YOU,
        N_("Wait until it has finished, or close it. Then try again. Nothing was changed."),
    ),
    Kind.UNDECIDED: Words(
        N_("{about} isn't set yet"), YOU, N_("Run “backup-wizard {name}” to choose it, or add it to the file.")
    ),
    Kind.BAD_VALUE: Words("{about}", YOU, N_("Correct it, then try again.")),
    Kind.SCHEME_UNKNOWN: Words(
        N_("This version of backup-wizard doesn't know the scheme “{about}”"),
        YOU,
        N_("Choose rrsync, or install a newer backup-wizard."),
    ),
}
