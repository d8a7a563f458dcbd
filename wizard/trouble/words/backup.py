"""What stops a backup on a server that lets us in."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, NOBODY, SEND, YOU, Words

WORDS = {
    Kind.NO_RRSYNC: Words(
        N_("The server can't let this computer read its backup: it has no working rrsync program"),
        ADMIN,
        SEND,
        N_(
            "My key line lets me read my backup on {host}. That needs rrsync, but {user} can't run it there."
            " It comes with rsync: find it with “find / -name 'rrsync*'”. Then put it on {user}'s PATH (for example, in"
            " /usr/local/bin) and make it executable for everyone. If it is already there, it needs python3 (up to"
            " rsync 3.2.3: perl)."
        ),
    ),
    Kind.SERVER_NO_RSYNC: Words(
        N_("The server doesn't have rsync, or doesn't find it"),
        ADMIN,
        SEND,
        N_(
            "{user} can't start rsync on {host}. Please install rsync. If it is installed, it isn't on the PATH that"
            " {user} has without a terminal. Then a link helps: ln -s /PATH/OF/rsync /usr/local/bin/. It says: {raw}"
        ),
    ),
    Kind.SERVER_NO_FOLDER: Words(
        N_("The server has no folder for this backup that the account “{user}” can write to"),
        ADMIN,
        SEND,
        N_(
            "{user} can't find a writable folder “{folder}” on {host}. (The path is relative to the account's home"
            " unless it starts with a slash.) Please check that it exists, belongs to {user} and has mode 700."
            " {user} also needs access through its parent folders. The disk must be mounted, and not read-only."
            " The setup text I sent shows how to create the folder."
        ),
    ),
    Kind.OLD_RRSYNC: Words(
        N_("rrsync on the server doesn't find the folder that the key line names"),
        ADMIN,
        SEND,
        N_(
            "rrsync on {host} says that my key line's folder doesn't exist. If the folder is there, rrsync is older"
            " than 3.2.4: it takes any option but -ro and -wo for the folder. Please use the exact line I sent for the"
            " backup “{name}”. It works without rrsync."
        ),
    ),
    Kind.SERVER_FOLDER_CLOSED: Words(
        N_("The account “{user}” isn't allowed to write to the backup's folder on the server"),
        ADMIN,
        SEND,
        N_(
            "{user} can't write to the folder “{folder}” on {host}. (The path is relative to the account's home unless"
            " it starts with a slash.) If it is only for this backup, please give it to {user}: chown {user:sh}: …"
            " If this worked before, someone with the key may have closed the folder (chmod 000)."
        ),
    ),
    Kind.SERVER_NO_CONFIG: Words(
        N_("The private backup service on the server can't find its settings"),
        ADMIN,
        SEND,
        N_(
            "{user} can't find the settings for the backup “{name}” (the rsyncd.conf part I sent). Please add them to"
            " the file that the key line names, and let {user} read it."
        ),
    ),
    Kind.SERVER_BUSY: Words(
        N_("The server is still busy with another request for this backup's folder"),
        NOBODY,
        N_(
            "Wait a few minutes, then try again. It may be your own last backup: if its connection was lost, the server"
            " can take 10 minutes to notice."
        ),
    ),
    Kind.SERVER_REFUSED_OPTION: Words(
        N_("The server lets this computer sign in, but refuses the backup's request"),
        ADMIN,
        N_(
            "If you changed a setting, send your admin the new text (backup-wizard export {name} --format text)."
            " If not, send this message."
        ),
        N_(
            "{host} lets {user} sign in, but refuses my backup's request. The server's text for the backup “{name}” is"
            " not the one I sent last, or it was edited. The server says: {raw}"
        ),
    ),
    Kind.PROTOCOL_MISMATCH: Words(
        N_("rsync on this computer and rsync on the server don't understand each other"),
        ADMIN,
        SEND,
        N_(
            "My rsync and the one on {host} don't match. Either their versions are too far apart, or {user}'s key line"
            " starts rsync with other options than mine sends. Please use the exact lines I sent. It says: {raw}"
        ),
    ),
    Kind.SERVER_CANT_WRITE: Words(
        N_("The server couldn't save the files it received, and didn't say why"),
        ADMIN,
        SEND,
        N_(
            "The backup of {user} to {destination} stopped while the server was writing. Is there enough free space and"
            " quota, and does the folder belong to {user}?"
        ),
    ),
    Kind.SERVER_DISK_FULL: Words(
        N_("The server's disk is full"),
        ADMIN,
        SEND,
        N_("The backup of {user} to {destination} stopped: no space left on the device."),
    ),
    Kind.SERVER_QUOTA: Words(
        N_("The account “{user}” has no storage space left on the server"),
        ADMIN,
        SEND,
        N_("The backup of {user} to {destination} stopped: its disk quota is used up. Could you raise it?"),
    ),
    Kind.SERVER_READ_ONLY: Words(
        N_("The server can't write to the backup's folder"),
        ADMIN,
        SEND,
        N_("{destination} is on a read-only file system."),
    ),
    Kind.SERVER_FILES_CLOSED: Words(
        N_("Some files on the server couldn't be updated, because they belong to someone else there"),
        ADMIN,
        N_("Everything else is backed up. Send your admin this message."),
        N_(
            "Some files in {destination} don't belong to {user}. Please give them back (chown -R {user:sh}: …)."
            " rsync says: {raw}"
        ),
    ),
    Kind.SERVER_NAMES_REFUSED: Words(
        N_("The server's disk can't store some of the file names"),
        YOU,
        N_(
            "Rename the files in the list: some disks don't allow : * ? < > | in a name. Everything else was backed up."
            " Or ask your admin for a folder on another disk (ext4, xfs or btrfs)."
        ),
    ),
    Kind.SERVER_CANT_HOLD: Words(
        N_("The server's disk can't store some links or file attributes"),
        ADMIN,
        N_("Everything else was backed up. Send your admin this message."),
        N_(
            "The disk of {destination} can't store everything that belongs to a file (links, owners or attributes)."
            " On ext4, xfs or btrfs, it can. rsync says: {raw}"
        ),
    ),
    Kind.SERVER_FILES_REFUSED: Words(
        N_("The server could not store some files"),
        ADMIN,
        N_("Everything else was backed up. Send your admin this message."),
        N_("The backup of {user} into {destination} could not store some files there. rsync says: {raw}"),
    ),
    Kind.SERVER_FOLDERS_SHUT: Words(
        N_("Some folders in your backup are closed, even to your own account"),
        YOU,
        N_(
            "Back up again: that opens them. If nobody closed them on purpose, someone may have used your key."
            " Tell your admin."
        ),
    ),
    Kind.BACKUP_AT_RISK: Words(
        N_("{about}"),
        YOU,
        N_("{advice} To back up anyway, run “backup-wizard run {name}” in a terminal and answer yes."),
    ),
    Kind.BACKUP_GONE: Words(
        N_("Your backup is no longer at {destination} on the server"),
        ADMIN,
        N_(
            "Nothing was sent or deleted. Send your admin this message with the output of “backup-wizard export {name}"
            " --format text”. If it was removed on purpose, run “backup-wizard run {name}” in a terminal and answer"
            " yes."
        ),
        N_(
            "My last good backup went to {destination} on {host}, but {user} no longer finds it there. Was the"
            " folder moved, emptied or removed? Is its disk mounted? If nothing changed, the server may still"
            " have an older setup that opens the parent folder. If so, please replace it with the one I'm sending"
            " with this."
        ),
    ),
    Kind.NOTHING_TO_ADOPT: Words(
        N_("There is no backup of another computer at {about} on the server"),
        YOU,
        N_(
            "Ask your admin what the folder of your old backup is called, and in which account it is. Then forget"
            " “{name}” here, and run “backup-wizard adopt” again."
        ),
    ),
    Kind.DESTINATION_TAKEN: Words(
        N_("{about} already contains another backup: from another computer, or from before you set this one up again"),
        YOU,
        N_(
            "If that backup is yours, forget this one and run “backup-wizard adopt” to take it over. If not, give this"
            " backup another name."
        ),
        N_(
            "Is the backup in {about} mine? If so, please remove the small file .backup-wizard in it, and nothing else."
        ),
    ),
}
