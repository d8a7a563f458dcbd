"""What is the matter on this computer: its files and its programs."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import NOBODY, YOU, Words

WORDS = {
    Kind.FOLDER_MISSING: Words(
        "{about} is not there", YOU, "If it is on a disk that can be unplugged, plug it in; or take it off the list."
    ),
    Kind.FOLDER_UNREADABLE: Words(
        "You are not allowed to read {about}",
        YOU,
        "Take it off the list, or get the right to read it; then try again.",
    ),
    Kind.FOLDER_READ_ONLY: Words(
        "Nothing can be written at {about}",
        YOU,
        "Make that folder writable for yourself, then try again; nothing is lost.",
    ),
    Kind.DISK_FULL_HERE: Words(
        "This computer's disk is full: {about} could not be written",
        YOU,
        "Make some room, then try again; nothing is lost.",
    ),
    Kind.FILE_EXISTS: Words(
        "{about} is there already, and is never overwritten",
        YOU,
        "Choose another name, or move that file away yourself.",
    ),
    Kind.NO_PLACE_FOR_FILE: Words(
        "There is no folder to put {about} into", YOU, "Choose another place for it, or make that folder first."
    ),
    Kind.NO_SUCH_FILE: Words("There is no file {about}", YOU, "Check the name, and give the file in full."),
    Kind.LINK_IN_THE_WAY: Words(
        "{about} is a link to another place, and nothing is written through a link",
        YOU,
        "Look where it leads and who made it; put a real file or folder in its place, then try again.",
    ),
    Kind.FOLDER_SHARED: Words(
        "Other people can change what is in {about}, so nothing is kept there",
        YOU,
        "See what they did in it, then close it with “chmod go-w” and the folder's name; or have it given to you.",
    ),
    Kind.SETTINGS_ANOTHERS: Words(
        "{about} belongs to another user of this computer",
        YOU,
        "Perhaps backup-wizard once ran with sudo. Give the folder back to yourself: sudo chown -R $USER {about}",
    ),
    Kind.NO_HOME: Words(
        "This computer doesn't say where your home folder is",
        YOU,
        "Sign in as yourself and try again, or set HOME to your home folder.",
    ),
    Kind.FILES_UNREADABLE: Words(
        "Some files could not be read", YOU, "Look at the list: leave them out, or get the right to read them."
    ),
    Kind.PATH_TOO_LONG: Words(
        "Some files lie so deep in folders that rsync can't take their paths",
        YOU,
        "Everything else was backed up. Move them up, or shorten the names of their folders.",
    ),
    Kind.FILES_VANISHED: Words(
        "Some files went away while they were read",
        NOBODY,
        "That is usual on a computer in use; the next run sees to it.",
    ),
    Kind.NO_RSYNC: Words(
        "rsync is not on this computer",
        YOU,
        "Install it (Debian, Ubuntu: apt install rsync · Mac: brew install rsync).",
    ),
    Kind.OLD_RSYNC: Words("This computer's rsync is too old ({about})", YOU, "Install rsync 3.1 or later."),
    Kind.OPENRSYNC: Words(
        "This Mac has Apple's openrsync, which lacks what a safe backup needs",
        YOU,
        "Install the real one with “brew install rsync”, open a new terminal, and try again.",
    ),
    Kind.NO_SSH: Words(
        "The ssh program is not on this computer", YOU, "Install it (Debian, Ubuntu: apt install openssh-client)."
    ),
}
