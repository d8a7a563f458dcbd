"""What stops a backup on a server that lets us in."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import ADMIN, NOBODY, YOU, Words

WORDS = {
    Kind.NO_RRSYNC: Words(
        "The server has no rrsync that runs, and needs it so that this computer can read the backup",
        ADMIN,
        "Send the admin these words.",
        "My key line lets me read my backup on {host}, which needs rrsync, and {user} can't run it there. It comes with"
        " rsync: find it with “find / -name 'rrsync*'” and put it on {user}'s PATH (/usr/local/bin, say), executable"
        " for all. If it is there already, it needs python3 (up to rsync 3.2.3: perl).",
    ),
    Kind.SERVER_NO_RSYNC: Words(
        "The server has no rsync", ADMIN, "Send the admin these words.", "Please install rsync on {host}."
    ),
    Kind.SERVER_NO_FOLDER: Words(
        "The server has no folder for this backup that the account “{user}” can write to",
        ADMIN,
        "Send the admin these words.",
        "{user} finds no folder “{folder}” on {host} that it can write to (under the account's home, unless it starts"
        " with a slash). Please check that it is there and {user}'s own with mode 700, that {user} may pass through the"
        " folders above it, and that its disk is mounted and not read-only. The text that I sent says how to make it.",
    ),
    Kind.SERVER_FOLDER_CLOSED: Words(
        "The account “{user}” may not write to the backup's folder on the server",
        ADMIN,
        "Send the admin these words.",
        "{user} can't write to the folder “{folder}” on {host} (under the account's home, unless it starts with a"
        " slash). If it is meant for this backup alone, please make it {user}'s own: chown {user}: … If this worked"
        " before, somebody with the key may have closed it (chmod 000).",
    ),
    Kind.SERVER_NO_CONFIG: Words(
        "The private backup service on the server does not find its settings",
        ADMIN,
        "Send the admin these words.",
        "The settings of the backup “{name}” (the part for rsyncd.conf that I sent) are not in the file that its key"
        " line names, or {user} can't read it. Please put them there.",
    ),
    Kind.SERVER_BUSY: Words(
        "Another program is at work in this backup's folder on the server",
        NOBODY,
        "Wait until it is done, then try again.",
    ),
    Kind.SERVER_REFUSED_OPTION: Words(
        "The server lets this computer in, but refuses what the backup asks for",
        ADMIN,
        "If you have changed a setting, send the admin the new text (backup-wizard export {name} --format text)."
        " If not, send these words.",
        "{host} lets {user} in, but refuses what my backup asks for: its text for the backup “{name}” is not the one"
        " that I sent last, or was changed. It says: {raw}",
    ),
    Kind.PROTOCOL_MISMATCH: Words(
        "This computer's rsync and the server's do not understand each other",
        ADMIN,
        "Send the admin these words.",
        "My rsync and the one on {host} disagree: their versions are too far apart, or the line of {user} starts it"
        " with other options than mine sends. Please use the exact lines I sent. It says: {raw}",
    ),
    Kind.SERVER_CANT_WRITE: Words(
        "The server could not write what was sent to it, and did not say why",
        ADMIN,
        "Send the admin these words.",
        "The backup of {user} into {destination} stopped while it was written there. Is there room left, also by quota,"
        " and is the folder {user}'s own?",
    ),
    Kind.SERVER_DISK_FULL: Words(
        "The server has no room left for this",
        ADMIN,
        "Send the admin these words.",
        "The backup of {user} into {destination} stopped: no space left on the device.",
    ),
    Kind.SERVER_QUOTA: Words(
        "The account “{user}” has used up the room it may use on the server",
        ADMIN,
        "Send the admin these words.",
        "The backup of {user} into {destination} stopped: its disk quota is used up. Can it have more?",
    ),
    Kind.SERVER_READ_ONLY: Words(
        "The server can't write to the backup's folder",
        ADMIN,
        "Send the admin these words.",
        "{destination} is on a file system that is read-only.",
    ),
    Kind.SERVER_FILES_CLOSED: Words(
        "Some files on the server could not be written, because they belong to somebody else there",
        ADMIN,
        "The rest was backed up. Send the admin these words.",
        "Some of what is in {destination} is not {user}'s own: please give it back (chown -R {user}: …)."
        " rsync says: {raw}",
    ),
    Kind.SERVER_NAMES_REFUSED: Words(
        "The server's disk can't store some of the file names",
        YOU,
        "Rename the files in the list: some disks take no : * ? < > | in a name. Everything else was backed up."
        " Or ask your admin for a folder on another disk (ext4, xfs or btrfs).",
    ),
    Kind.SERVER_CANT_HOLD: Words(
        "The server's disk can't store some links or file attributes",
        ADMIN,
        "Everything else was backed up. Send the admin these words.",
        "The disk of {destination} can't store everything that belongs to a file (links, owners or attributes)."
        " On ext4, xfs or btrfs, it can. rsync says: {raw}",
    ),
    Kind.SERVER_FILES_REFUSED: Words(
        "The server could not store some files",
        ADMIN,
        "Everything else was backed up. Send the admin these words.",
        "The backup of {user} into {destination} could not store some files there. rsync says: {raw}",
    ),
    Kind.SERVER_FOLDERS_SHUT: Words(
        "Some folders in your backup are closed, even to your own account",
        YOU,
        "Back up again: that opens them. If nobody did this on purpose, somebody with the key may have closed them."
        " Tell your admin.",
    ),
    Kind.BACKUP_AT_RISK: Words(
        "{about}",
        YOU,
        "Nothing was sent or deleted. If a disk or a network folder is missing here, connect it and try again. To back"
        " up anyway, run “backup-wizard run {name}” in a terminal and answer yes.",
    ),
    Kind.BACKUP_GONE: Words(
        "The backup that was at {destination} on the server is not there any more",
        ADMIN,
        "Nothing was sent or deleted. Send the admin these words, with the text of “backup-wizard export {name}"
        " --format text”. If it was removed on purpose, run “backup-wizard run {name}” in a terminal and answer yes.",
        "My last good backup went to {destination} on {host}, and now {user} finds none there. Was the folder moved,"
        " emptied or removed, or is its disk not mounted? If not, the text on the server may be an older one, which"
        " opens the folder around it: then please put the text that I send with this in its place.",
    ),
    Kind.DESTINATION_TAKEN: Words(
        "{about} holds another computer's backup, or one made before this computer was set up anew",
        YOU,
        "Give this backup another name. If that old backup is your own and may be gone over, ask the admin.",
        "Is the backup in {about} mine? If so, please remove the small file .backup-wizard in it, and nothing else.",
    ),
}
