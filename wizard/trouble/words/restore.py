"""What stops files from coming back."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, NOBODY, YOU, Words

WORDS = {
    Kind.CANT_READ_BACK: Words(
        N_("This computer may add to its backup, but not read it"),
        YOU,
        N_("To ask your admin for a key that can read it for two days, run “backup-wizard restore {name} --ask”."),
    ),
    Kind.NOT_IN_BACKUP: Words(
        N_("{about} isn't in the backup"),
        YOU,
        N_("Check the name. You can give the path on this computer, or the path in the backup."),
    ),
    Kind.NO_VERSIONS_KEPT: Words(
        N_("No older versions of this backup are kept"),
        YOU,
        N_("To have the server keep some from now on, run “backup-wizard {name}” and change “Older versions”."),
    ),
    Kind.NO_SUCH_VERSION: Words(
        N_("The server has no version “{about}” of this backup"),
        YOU,
        N_("To see which versions there are, run “backup-wizard versions {name}”."),
    ),
    Kind.VERSION_MOVED: Words(
        N_("The server was just making a new version of this backup"),
        NOBODY,
        N_("Repeat it in a few minutes. Nothing was restored."),
    ),
    Kind.NO_ROOM_HERE: Words(
        N_("The disk of {about} has too little free space for the files"),
        YOU,
        N_("Free some space, restore fewer files, or choose a folder on another disk. Nothing was restored."),
    ),
    Kind.TARGET_IN_BACKUP: Words(
        N_("{about} is inside a folder that is backed up, so what you restore there would be backed up again"),
        YOU,
        N_("Choose a folder outside, or put the files back where they came from (--in-place)."),
    ),
    Kind.DISK_NOT_CONNECTED: Words(
        N_("The disk or network folder at {about} isn't connected, and these files belong on it"),
        YOU,
        N_("Connect it, then try again. Or restore into another folder (--to). Nothing was restored."),
    ),
    Kind.SERVER_SENDS_MORE: Words(
        N_("The server sends much more than it said it has, so backup-wizard stopped"),
        ADMIN,
        N_("Nothing was restored. Send your admin this message."),
        N_(
            "While I restored files from {destination}, {host} sent much more than its own list says. Is anyone"
            " changing that folder? It could also be a sign that the server was broken into."
        ),
    ),
    Kind.DRILL_DIFFERS: Words(
        N_("Some files on the server aren't what you have here, or are missing: {about}"),
        ADMIN,
        N_("Send your admin this message. To back these files up again, save them again here, then back up."),
        N_(
            "I compared some files of my backup in {destination} on {host} with mine, which haven't changed since."
            " These are different there, or missing: {about}. Did anyone change them with my key, or is the disk"
            " failing? If you keep older copies of that folder, please don't delete them yet."
        ),
    ),
    Kind.RESTORED_DIFFER: Words(
        N_("Too many files arrived differently from what the server has"),
        ADMIN,
        N_("Nothing was restored. Send your admin this message."),
        N_(
            "I restored files from {destination} on {host}. Very many of them don't have the content that the server"
            " has. Is anyone changing that folder, or is the server's disk or memory failing?"
        ),
    ),
}
