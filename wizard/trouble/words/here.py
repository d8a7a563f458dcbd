"""What is wrong on this computer: its files and its programs."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import NOBODY, YOU, Words

WORDS = {
    Kind.FOLDER_MISSING: Words(
        N_("{about} doesn't exist"),
        YOU,
        N_("If it is on a removable disk, plug the disk in. Otherwise, remove it from the list."),
    ),
    Kind.FOLDER_IS_FILE: Words(
        N_("{about} is a file, not a folder"),
        YOU,
        N_("Select the folder that it is in. To back up this file alone, put it into a folder of its own."),
    ),
    Kind.FOLDER_UNREADABLE: Words(
        N_("You don't have permission to read {about}"),
        YOU,
        N_("Remove it from the list, or ask for permission to read it. Then try again."),
    ),
    Kind.FOLDER_READ_ONLY: Words(
        N_("backup-wizard can't write to {about}"),
        YOU,
        N_("Make that folder writable for your account, then try again. Nothing is lost."),
    ),
    Kind.DISK_FULL_HERE: Words(
        N_("This computer's disk is full, so {about} couldn't be saved"),
        YOU,
        N_("Free some space, then try again. Nothing is lost."),
    ),
    Kind.FILE_EXISTS: Words(
        N_("{about} already exists, and won't be overwritten"),
        YOU,
        N_("Choose another name, or move that file yourself."),
    ),
    Kind.NO_PLACE_FOR_FILE: Words(
        N_("The folder for {about} doesn't exist"), YOU, N_("Choose another folder, or create this one first.")
    ),
    Kind.NO_SUCH_FILE: Words(N_("The file {about} doesn't exist"), YOU, N_("Check the name, and use the full path.")),
    Kind.LINK_IN_THE_WAY: Words(
        N_("{about} is a link to another place, and backup-wizard doesn't write through links"),
        YOU,
        N_("Check where it leads and who made it. Replace it with a real file or folder, then try again."),
    ),
    Kind.FOLDER_SHARED: Words(
        N_("Other people can change the files in {about}, so it isn't safe to save anything there"),
        YOU,
        N_("Check what they changed. Then run “chmod go-w {about:sh}”, or have the folder's owner changed to you."),
    ),
    Kind.SETTINGS_ANOTHERS: Words(
        N_("{about} belongs to another user of this computer"),
        YOU,
        N_(
            "Perhaps backup-wizard once ran with sudo. Give the folder back to yourself: sudo chown -R $USER {about:sh}"
        ),
    ),
    Kind.NO_HOME: Words(
        N_("backup-wizard can't find your home folder"),
        YOU,
        N_("Sign in as yourself and try again, or set HOME to your home folder."),
    ),
    Kind.FILES_UNREADABLE: Words(
        N_("Some files couldn't be read"), YOU, N_("Look at the list. Skip them, or ask for permission to read them.")
    ),
    Kind.PATH_TOO_LONG: Words(
        N_("Some files are in so many nested folders that their paths are too long for rsync"),
        YOU,
        N_("Everything else was backed up. Move them to a higher folder, or shorten the names of their folders."),
    ),
    Kind.FILES_VANISHED: Words(
        N_("Some files disappeared while they were being read"),
        NOBODY,
        N_("The next backup picks up the changes. This is normal while you use your computer."),
    ),
    Kind.FOLDERS_IN_THE_WAY: Words(
        N_("Your backup still has folders with names that you now use for files"),
        YOU,
        N_("Give these files other names, or ask your admin to remove those folders from the backup."),
    ),
    Kind.NO_RSYNC: Words(
        N_("rsync isn't installed on this computer"),
        YOU,
        N_("Install it (Debian, Ubuntu: apt install rsync · Mac: brew install rsync)."),
    ),
    Kind.OLD_RSYNC: Words(N_("rsync on this computer is too old ({about})"), YOU, N_("Install rsync 3.1 or later.")),
    Kind.OPENRSYNC: Words(
        N_("This Mac has Apple's openrsync, which lacks features that a safe backup needs"),
        YOU,
        N_("Install the full version with “brew install rsync”, open a new terminal, and try again."),
    ),
    Kind.NO_SSH: Words(
        N_("The ssh program isn't installed on this computer"),
        YOU,
        N_("Install it (Debian, Ubuntu: apt install openssh-client)."),
    ),
}
