"""What rsync's own service on the server refuses."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, NOBODY, SEND, TAKEN_OVER, Words

_WAIT = N_("If your admin hasn't set it up yet, please wait. If they have, send this message.")

WORDS = {
    Kind.DAEMON_CLOSED: Words(
        N_("No backup service (rsync) answers at {about}"),
        ADMIN,
        N_("Check the port number. If it is right, send your admin this message."),
        N_("Connections from my computer to {about} are refused. Is the rsync daemon running, and is that its port?"),
    ),
    Kind.DAEMON_REFUSED: Words(
        N_("The server's rsync service doesn't accept the username “{user}” with this backup's password"),
        ADMIN,
        _WAIT,
        N_(
            "The rsync service refuses {user} for the backup “{name}” (“auth failed”). Please check that the secrets"
            " file has the line I sent, and that only root can read it."
        ),
    ),
    Kind.DAEMON_NO_LONGER_ACCEPTS: Words(
        N_("The server's rsync service no longer accepts this backup, as it did before"),
        ADMIN,
        TAKEN_OVER,
        N_(
            "Until now, the rsync service on {host} accepted my backup “{name}”; now it refuses it. Please check that"
            " its module and its line in the secrets file are still there.{places}"
        ),
    ),
    Kind.DAEMON_MODULE_UNKNOWN: Words(
        N_("This backup isn't set up in the server's rsync service yet"),
        ADMIN,
        _WAIT,
        N_(
            "The rsync service on {host} doesn't know the module for the backup “{name}”. Please check that the"
            " rsyncd.conf part I sent is there, and that its “hosts allow” includes my address.{places}"
        ),
    ),
    Kind.DAEMON_HOST_DENIED: Words(
        N_("The server's rsync service doesn't accept connections from this computer's address"),
        ADMIN,
        SEND,
        N_("The rsync service on {host} refuses my address (“hosts allow” in the module for “{name}”). It says: {raw}"),
    ),
    Kind.DAEMON_CHROOT: Words(
        N_("The server's rsync service can't open the backup's folder"),
        ADMIN,
        SEND,
        N_(
            "The rsync service on {host} can't chroot to {folder}. Does the folder exist? Does the service run as root?"
        ),
    ),
    Kind.DAEMON_BUSY: Words(
        N_("The server is already running as many backups as it allows at once"),
        NOBODY,
        N_("Wait a few minutes, then try again."),
    ),
    Kind.DAEMON_READ_ONLY: Words(
        N_("The server's rsync service doesn't allow writing to this backup"),
        ADMIN,
        SEND,
        N_("The module for the backup “{name}” on {host} is read-only. Please set “read only = false” in it."),
    ),
    Kind.DAEMON_SAYS_NO: Words(
        N_("The settings of the server's rsync service don't allow this backup"),
        ADMIN,
        SEND,
        N_("The rsync service on {host} refuses the backup “{name}”. It says: {raw}"),
    ),
}
