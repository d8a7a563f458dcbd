"""How a server that answers keeps this computer out, or lets it do too much."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, NOBODY, SEND, TAKEN_OVER, YOU, Words

_WAIT = N_("If your admin hasn't added the key yet, please wait. If they have, send this message.")

WORDS = {
    Kind.KEY_REFUSED: Words(
        N_("The server doesn't accept this computer's key for “{user}”"),
        ADMIN,
        _WAIT,
        N_(
            "The server refuses my key for {user}. Please check that the line in ~{user}/.ssh/authorized_keys is mine."
            " Only {user} may have write access to the home, .ssh and that file. The account must not be locked"
            " (usermod -p '*' {user:sh}).{places} sshd's log shows the reason."
        ),
    ),
    Kind.KEY_NO_LONGER_ACCEPTED: Words(
        N_("The server no longer accepts this computer's key for “{user}”, as it did before"),
        ADMIN,
        TAKEN_OVER,
        N_(
            "Until now, the server accepted my key for {user}; now it refuses it. Please check that my line is still in"
            " ~{user}/.ssh/authorized_keys. If another key is there for “{name}”, I didn't ask for that. The account"
            " must not be locked or expired (chage -l {user:sh}). Only {user} may have write access to the home, .ssh"
            " and that file.{places} sshd's log shows the reason."
        ),
    ),
    Kind.LOCKED_OUT: Words(
        N_("Your admin has locked this computer out of the server, on {since}"),
        ADMIN,
        N_("Nothing is backed up any more. If you still have this computer, send your admin this message."),
        N_(
            "You have locked out my computer's backup “{name}”. I still have that computer. Please accept its key again"
            " (run the setup script with --readmit {name:sh}, then without it), or tell me to make a new key."
        ),
    ),
    Kind.TOO_MANY_KEYS: Words(
        N_("The server ended the connection after too many attempts to sign in as “{user}”"),
        ADMIN,
        _WAIT,
        N_(
            "Your sshd ends the connection although I offer only one key. It doesn't know that key for {user}, and"
            " MaxAuthTries is very low. Please check the line in ~{user}/.ssh/authorized_keys."
        ),
    ),
    Kind.SERVER_SHELL_BLOCKS: Words(
        N_("The settings of your account on the server (its login shell) block rsync"),
        ADMIN,
        SEND,
        N_(
            "The login shell of {user} blocks rsync: it is one like /bin/false, nologin, rssh or rbash, or a start-up"
            " file ends it. Please set it to /bin/sh: usermod -s /bin/sh {user:sh}. The key line still allows only"
            " rsync."
        ),
    ),
    Kind.SERVER_SHELL_RSSH: Words(
        N_("Your account's login shell on the server (rssh) doesn't accept the key line you sent"),
        ADMIN,
        N_("Send your admin this message. Until the shell is changed, you get an estimate instead of a practice run."),
        N_(
            "The login shell of {user} is rssh, which accepts only one plain command. Please set it to /bin/sh"
            " (usermod -s /bin/sh {user:sh}). Or replace the lines of “{name}” in ~{user}/.ssh/authorized_keys with"
            " this:\n{lines}"
        ),
    ),
    Kind.SERVER_SHELL_TALKS: Words(
        N_("Something on the server prints text that gets in rsync's way"),
        ADMIN,
        SEND,
        N_(
            "When {user} signs in without a terminal on {host}, something prints text, such as a shell's start-up file."
            " That breaks rsync. “ssh {user:sh}@{host:sh} true” must print nothing."
        ),
    ),
    Kind.SERVER_SFTP_ONLY: Words(
        N_("The server allows only sftp for your account, which rsync can't use"),
        ADMIN,
        SEND,
        N_(
            "sshd on {host} starts only sftp for {user} (ForceCommand), so it ignores the command in my key line."
            " Please exempt {user}, or give me an account without that setting."
            " “sshd -T -C user={user:sh},host=x,addr=x | grep forcecommand” shows it."
        ),
    ),
    Kind.SERVER_SILENT: Words(
        N_("The server lets this computer sign in, then ends the connection without a word"),
        ADMIN,
        SEND,
        N_(
            "{host} accepts my key for {user}, but the command in its key line ends at once and prints nothing. Please"
            " check that line. The account's login shell must be /bin/sh, and no ForceCommand may replace the line."
        ),
    ),
    Kind.PASSWORD_WRONG: Words(
        N_("The server doesn't accept that password for “{user}”"),
        YOU,
        N_("Type it again. If it belongs to another account, change the username in the “Server” step."),
    ),
    Kind.PASSWORD_NOT_TAKEN: Words(
        N_("The server accepts only keys, not passwords"),
        YOU,
        N_("Nothing was changed. Send your admin the message instead."),
    ),
    Kind.INSTALL_TOO_SLOW: Words(
        N_("The server took too long, so backup-wizard stopped waiting"),
        NOBODY,
        N_("Nothing was changed. Try again later, or send your admin the message instead."),
    ),
    Kind.SERVER_HOME_CLOSED: Words(
        N_("The account “{user}” isn't allowed to save the settings on the server ({about})"),
        ADMIN,
        N_("Nothing was changed. Send your admin the setup message instead, together with this one."),
        N_("{user} can't write to its own home on {host}, so I can't add my key myself. It says: {raw}"),
    ),
    Kind.NOT_UNDONE: Words(
        N_("backup-wizard couldn't undo its changes on the server"),
        ADMIN,
        SEND,
        N_(
            "I added lines to ~{user}/.ssh/authorized_keys on {host}, and the connection was lost before I could undo"
            " that. Please remove the lines from “backup-wizard begin {name}” to “backup-wizard end {name}”."
        ),
    ),
    Kind.LOCK_OPEN: Words(
        N_("The server allows this key more than it should: {about}"),
        ADMIN,
        SEND,
        N_(
            "My key for {user} on {host} can do more than back up: {about}. Please use the exact lines from"
            " “backup-wizard export {name} --format authorized-keys”, and no other line with that key."
        ),
    ),
    Kind.LOCK_UNTESTED: Words(
        N_("The security check couldn't test everything: {about}"),
        YOU,
        N_("Try again, or send your admin the message instead."),
    ),
    Kind.PASSWORD_OPEN: Words(
        N_("Your key is locked. But the account “{user}” also accepts its password, which opens everything in it"),
        ADMIN,
        N_(
            "If you or others sign in with that password, keep it secret and continue. If nobody uses it any more, send"
            " your admin this message."
        ),
        N_(
            "{user} on {host} still accepts a password, which bypasses the restrictions on my key. If nobody needs it,"
            " please turn it off for this account only."
        ),
    ),
    Kind.WAITING_FOR_ADMIN: Words(
        N_("{about} doesn't accept this computer yet"),
        ADMIN,
        N_("Send your admin the output of “backup-wizard export {name} --format text”. Then run this again."),
    ),
    Kind.NOT_RECORDED: Words(
        N_("The command that this computer's rsync sends can't be used in the server's settings ({about})"),
        YOU,
        N_("Check that “rsync” is the program itself and not a script. Or choose another scheme than forced-command."),
    ),
    Kind.COMMAND_DRIFTED: Words(
        N_("The server's key line doesn't match this backup's settings"),
        ADMIN,
        N_(
            "Nothing was started. Send your admin the new text (backup-wizard export {name} --format authorized-keys);"
            " it replaces the old one."
        ),
        N_(
            "The key line on {host} doesn't match my backup's settings. Please replace the lines of “{name}” in"
            " ~{user}/.ssh/authorized_keys with this. No other line may contain this key:\n{lines}"
        ),
    ),
    Kind.NO_DRY_RUN: Words(
        N_("Your account's login shell on the server (rssh) makes a practice run impossible: it would be a real one"),
        ADMIN,
        N_("Nothing was started. You can back up without a practice run, or send your admin this message."),
        N_(
            "Could you set the login shell of {user} to /bin/sh (usermod -s /bin/sh {user:sh})? Then my key line can"
            " allow dry runs too."
        ),
    ),
}
