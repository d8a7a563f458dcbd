"""What rsync's own service on the server says no to."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import ADMIN, NOBODY, Words

WORDS = {
    Kind.DAEMON_CLOSED: Words(
        "{about} is there but no rsync service answers",
        ADMIN,
        "Check the port's number; if it is right, send the admin these words.",
        "From my computer, connections to {about} are refused. Is rsync's daemon running, and is that its port?",
    ),
    Kind.DAEMON_REFUSED: Words(
        "The server's rsync service does not take the name “{user}” with this backup's password",
        ADMIN,
        "If the admin has not put it in place yet, wait. If so, send these words.",
        "The rsync service refuses {user} for the backup “{name}” (“auth failed”). Please check that the secrets file"
        " holds the line I sent, and that nobody but root can read it.",
    ),
    Kind.DAEMON_MODULE_UNKNOWN: Words(
        "The server's rsync service does not have this backup's part yet",
        ADMIN,
        "If the admin has not put it in place yet, wait. If so, send these words.",
        "The rsync service on {host} does not know the module of the backup “{name}”. Please check that the part of"
        " rsyncd.conf that I sent is there, and that its “hosts allow” takes my address{places}.",
    ),
    Kind.DAEMON_HOST_DENIED: Words(
        "The server's rsync service takes nothing from this computer's address",
        ADMIN,
        "Send the admin these words.",
        "The rsync service on {host} refuses my address (“hosts allow” of the module for “{name}”). It says: {raw}",
    ),
    Kind.DAEMON_CHROOT: Words(
        "The server's rsync service can't enter the backup's folder",
        ADMIN,
        "Send the admin these words.",
        "The rsync service on {host} can't chroot to {folder}: is the folder there, and does the service run as root?",
    ),
    Kind.DAEMON_BUSY: Words(
        "The server's rsync service is busy with as many backups as it takes at once",
        NOBODY,
        "Try again in a while.",
    ),
    Kind.DAEMON_READ_ONLY: Words(
        "The server's rsync service lets nobody write to this backup's part",
        ADMIN,
        "Send the admin these words.",
        "The module for the backup “{name}” on {host} is read-only: please set “read only = false” in it.",
    ),
    Kind.DAEMON_SAYS_NO: Words(
        "The server's rsync service refuses, for a reason in its settings",
        ADMIN,
        "Send the admin these words.",
        "The rsync service on {host} refuses the backup “{name}”. It says: {raw}",
    ),
}
