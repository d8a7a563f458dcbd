"""How a server that was reached keeps us out, or lets too much in."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import ADMIN, NOBODY, YOU, Words

WORDS = {
    Kind.KEY_REFUSED: Words(
        "The server does not accept this computer's key for “{user}”",
        ADMIN,
        "If the admin has not added the key yet, wait. If it was added, send these words.",
        "The server refuses my key for {user}. Please check: the line in ~{user}/.ssh/authorized_keys is mine; the"
        " home, .ssh and the file can be written to by {user} alone; the account is not locked (usermod -p '*' {user})"
        "{places}. sshd's log has the reason.",
    ),
    Kind.TOO_MANY_KEYS: Words(
        "The server broke off after too many tries to sign in as “{user}”",
        ADMIN,
        "If the admin has not added the key yet, wait. If it was added, send these words.",
        "Your sshd breaks off though I offer one key only: it does not know that key for {user}, and MaxAuthTries is"
        " very low. Please check the line in ~{user}/.ssh/authorized_keys.",
    ),
    Kind.SERVER_SHELL_BLOCKS: Words(
        "The account's login shell on the server blocks rsync",
        ADMIN,
        "Send the admin these words.",
        "The login shell of {user} (/bin/false, nologin or rssh) blocks rsync too. Please give it /bin/sh: the key line"
        " allows nothing but rsync anyway (usermod -s /bin/sh {user}).",
    ),
    Kind.SERVER_SHELL_RSSH: Words(
        "The account's login shell on the server (rssh) does not take the line that was handed over",
        ADMIN,
        "Send the admin these words. Unless the shell is changed, there is no practice run but only an estimate.",
        "The login shell of {user} is rssh, which takes one plain command only. Please give it /bin/sh (usermod -s"
        " /bin/sh {user}), or put this in place of the lines of “{name}” in ~{user}/.ssh/authorized_keys:\n{lines}",
    ),
    Kind.SERVER_SHELL_TALKS: Words(
        "Something on the server prints text where rsync should speak",
        ADMIN,
        "Send the admin these words.",
        "When {user} signs in without a terminal on {host}, a start-up file of its shell prints text, which breaks"
        " rsync. “ssh {user}@{host} true” must print nothing.",
    ),
    Kind.SERVER_SILENT: Words(
        "The server lets us in, but what it starts there ends without a word",
        ADMIN,
        "Send the admin these words.",
        "My key for {user} on {host} is taken, but what its line starts ends at once and says nothing. Please check"
        " that line, and that the account's login shell is /bin/sh.",
    ),
    Kind.PASSWORD_WRONG: Words(
        "The server does not take that password for “{user}”",
        YOU,
        "Type it again. If it is another account's, change the name at the step “Server”.",
    ),
    Kind.PASSWORD_NOT_TAKEN: Words(
        "The server lets nobody in with a password, only with keys",
        YOU,
        "Nothing was changed. Send the admin the message instead.",
    ),
    Kind.INSTALL_TOO_SLOW: Words(
        "The server took too long over it, so it was broken off",
        NOBODY,
        "Nothing was changed. Try again later, or send the admin the message instead.",
    ),
    Kind.SERVER_HOME_CLOSED: Words(
        "The account “{user}” may not write on the server what is needed ({about})",
        ADMIN,
        "Nothing was changed. Send the admin the message instead, and these words.",
        "{user} can't write in its own home on {host}, so I can't add my key myself. It says: {raw}",
    ),
    Kind.NOT_UNDONE: Words(
        "What was put on the server could not be taken back",
        ADMIN,
        "Send the admin these words.",
        "Please take the lines from “backup-wizard begin {name}” to “backup-wizard end {name}” out of"
        " ~{user}/.ssh/authorized_keys on {host}: I put them there, and the connection was cut before I could take"
        " them back.",
    ),
    Kind.LOCK_OPEN: Words(
        "A door that should be shut is open on the server: {about}",
        ADMIN,
        "Send the admin these words.",
        "My key for {user} on {host} can do more than back up: {about}. Please use the exact lines of"
        " “backup-wizard export {name} --format authorized-keys”, and no other line with that key.",
    ),
    Kind.LOCK_UNTESTED: Words(
        "The security check could not test everything: {about}",
        YOU,
        "Try again, or send the admin the message instead.",
    ),
    Kind.PASSWORD_OPEN: Words(
        "Your key is locked. But the account “{user}” also takes its password, which opens all of it",
        ADMIN,
        "If you or others sign in with that password, keep it secret and go on. If nobody does any more, send the admin"
        " these words.",
        "{user} on {host} still takes a password, which goes round the lock on my key. If nobody needs it, please shut"
        " it, for this account alone.",
    ),
    Kind.WAITING_FOR_ADMIN: Words(
        "{about} does not let this computer in yet",
        ADMIN,
        "Send the admin the text of “backup-wizard export {name} --format text”, then run this again.",
    ),
    Kind.NOT_RECORDED: Words(
        "What this computer's rsync asks of a server can't be put into a line for it ({about})",
        YOU,
        "See that “rsync” is the program itself and no script around it; or choose another way in than forced-command.",
    ),
    Kind.COMMAND_DRIFTED: Words(
        "What this computer would ask of the server is no longer what the server's line allows: a setting or rsync"
        " itself has changed",
        ADMIN,
        "Nothing was started. Send the admin the new line (backup-wizard export {name} --format authorized-keys).",
        "My backup's settings have changed. Please put this in place of the lines of “{name}” in ~{user}/.ssh/"
        "authorized_keys:\n{lines}",
    ),
    Kind.NO_DRY_RUN: Words(
        "The account's shell on the server (rssh) makes a practice run impossible: it would be a real one",
        ADMIN,
        "Nothing was started. You can back up without a practice run, or send the admin these words.",
        "Could the account {user} have /bin/sh as its login shell? Then my key line can allow dry runs too"
        " (usermod -s /bin/sh {user}).",
    ),
}
