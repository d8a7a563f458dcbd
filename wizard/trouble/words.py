"""What each kind of failure is told as: plain words, with a place for each fact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.failure import Kind


class Who(StrEnum):
    """Who mends it."""

    YOU = "you can mend this"
    ADMIN = "the server's admin mends this"
    NOBODY = "nobody needs to mend anything"


@dataclass(frozen=True)
class Words:
    """The texts for one kind; `{about}`, `{host}` and their like are filled in."""

    what: str
    who: Who
    to_do: str
    forward: str = ""


_YOU, _ADMIN, _NOBODY = Who.YOU, Who.ADMIN, Who.NOBODY

_ABOUT_PROFILES = {
    Kind.BAD_PROFILE: Words("This can't be taken: {about}", _YOU, "Change that line, then try again."),
    Kind.FOREIGN_PROFILE: Words(
        "{about} is not a profile of backup-wizard",
        _YOU,
        "Give the right file; nothing was read from this one or changed in it.",
    ),
    Kind.NO_SUCH_PROFILE: Words(
        "There is no backup “{about}” here", _YOU, "“backup-wizard list” shows those that there are."
    ),
    Kind.PROFILE_DIFFERS: Words(
        "A backup “{about}” is kept here already, with other settings",
        _YOU,
        "Give the new one another name, or first run “backup-wizard forget {about}”.",
    ),
    Kind.NO_SUCH_REQUEST: Words("There is no file {about}", _YOU, "Check the name, and give the file in full."),
    Kind.FOREIGN_REQUEST: Words(
        "{about} is not a request of backup-wizard",
        _YOU,
        "Give the file that the user's wizard saved (backup-wizard export NAME --format request).",
    ),
    Kind.UNDECIDED: Words(
        "{about} is not decided yet", _YOU, "Run “backup-wizard {name}” and answer what it asks, or add it to the file."
    ),
    Kind.BAD_VALUE: Words("This can't be taken: {about}", _YOU, "Change it, then try again."),
    Kind.SCHEME_UNKNOWN: Words(
        "This version can't do the scheme “{about}”", _YOU, "Choose rrsync, or install a newer backup-wizard."
    ),
}

_ABOUT_FILES_HERE = {
    Kind.FOLDER_MISSING: Words(
        "{about} is not there", _YOU, "If it is on a disk that can be unplugged, plug it in; or take it off the list."
    ),
    Kind.FOLDER_UNREADABLE: Words(
        "You are not allowed to read {about}",
        _YOU,
        "Take it off the list, or get the right to read it; then try again.",
    ),
    Kind.FOLDER_READ_ONLY: Words(
        "Nothing can be written at {about}",
        _YOU,
        "Make that folder writable for yourself, then try again; nothing is lost.",
    ),
    Kind.DISK_FULL_HERE: Words(
        "This computer's disk is full: {about} could not be written",
        _YOU,
        "Make some room, then try again; nothing is lost.",
    ),
    Kind.FILE_EXISTS: Words(
        "{about} is there already, and is never overwritten",
        _YOU,
        "Choose another name, or move that file away yourself.",
    ),
    Kind.FILES_UNREADABLE: Words(
        "Some files could not be read", _YOU, "Look at the list: leave them out, or get the right to read them."
    ),
    Kind.FILES_VANISHED: Words(
        "Some files went away while they were read",
        _NOBODY,
        "That is usual on a computer in use; the next run sees to it.",
    ),
    Kind.NO_RSYNC: Words(
        "rsync is not on this computer",
        _YOU,
        "Install it (Debian, Ubuntu: apt install rsync · Mac: brew install rsync).",
    ),
    Kind.OLD_RSYNC: Words("This computer's rsync is too old ({about})", _YOU, "Install rsync 3.1 or later."),
    Kind.OPENRSYNC: Words(
        "This Mac has Apple's openrsync, which lacks what a safe backup needs",
        _YOU,
        "Install the real one with “brew install rsync”, open a new terminal, and try again.",
    ),
    Kind.NO_SSH: Words(
        "The ssh program is not on this computer", _YOU, "Install it (Debian, Ubuntu: apt install openssh-client)."
    ),
}

_ABOUT_KEYS = {
    Kind.KEY_MISSING: Words(
        "There is no key at {about} yet", _YOU, "Run “backup-wizard {name}” and go to the step “Key”, which makes one."
    ),
    Kind.KEY_UNUSABLE: Words(
        "The key can't be used: {about}", _YOU, "Choose another key at the step “Key”, or have a new one made there."
    ),
    Kind.PASSPHRASE_WRONG: Words("That passphrase does not open the key", _YOU, "Try again, or choose another key."),
    Kind.PASSPHRASE_UNASKED: Words(
        "This key asks for its passphrase each time, and there is nobody to ask",
        _YOU,
        "Run it in a terminal, or let the keyring keep the passphrase (step “Key”).",
    ),
    Kind.AGENT_SILENT: Words(
        "Your ssh agent does not hold this backup's key now", _YOU, "Add it with ssh-add, or choose another key."
    ),
    Kind.KEYRING_MISSING: Words(
        "This computer has no keyring that keeps passphrases safely",
        _YOU,
        "Install one (gnome-keyring or KWallet), or choose at the step “Key” to be asked each time.",
    ),
    Kind.KEYRING_LOCKED: Words(
        "Your keyring did not open", _YOU, "Unlock it (signing in at the desktop does), then try again."
    ),
    Kind.SECRET_MISSING: Words(
        "The keyring holds no passphrase for this backup",
        _YOU,
        "Give it at the step “Key”, or have a new key made there.",
    ),
}

_ABOUT_REACHING = {
    Kind.NAME_UNKNOWN: Words(
        "No server is known by the name {about}",
        _YOU,
        "Check how it is spelt; if it is right, check this computer's network.",
    ),
    Kind.HOST_UNREACHABLE: Words(
        "There is no way from here to {about}",
        _YOU,
        "Check this computer's network (and VPN); if others can't reach it, tell the admin.",
    ),
    Kind.PORT_CLOSED: Words(
        "{about} is there but takes no ssh connections",
        _ADMIN,
        "Check the port's number; if it is right, send the admin these words.",
        "From my computer, connections to {about} are refused. Is sshd running, and is that its port?",
    ),
    Kind.TIMED_OUT: Words(
        "{about} gave no answer in time",
        _YOU,
        "Check this computer's network; if others can't reach the server, tell the admin.",
    ),
    Kind.NOT_SSH: Words(
        "What answers at {about} is not an ssh server",
        _YOU,
        "Check the server's name and port with the admin: ssh is nearly always on port 22.",
    ),
    Kind.NOT_RSYNCD: Words(
        "What answers at {about} is not an rsync service",
        _YOU,
        "Check the server's name and port with the admin: rsync's own port is nearly always 873.",
    ),
    Kind.HOST_KEY_UNKNOWN: Words(
        "The fingerprint of {about} was not confirmed yet",
        _YOU,
        "Compare it with what the admin tells you, and confirm it (or put it in server.host_keys)."
        " The server shows: {raw}",
    ),
    Kind.HOST_KEY_CHANGED: Words(
        "The server does not show the fingerprint that was confirmed: it was set up anew, or somebody is in between",
        _ADMIN,
        "Stop here: nothing was sent. Ask the admin, by phone or in person, which fingerprint is right.",
        "The ssh fingerprint of {host} is not the one that I saw before. Was the server set up anew?"
        " Which is its SHA256 fingerprint now (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?",
    ),
    Kind.HOST_KEY_DIFFERS: Words(
        "Stop: this is not the server the admin speaks of, because it shows another fingerprint",
        _ADMIN,
        "Nothing was sent. If the server's name and port are right, send the admin these words.",
        "You sent me the fingerprint\n{about}\nbut at {host}, port {port}, I see\n{raw}\nWhich one is right?",
    ),
    Kind.CONNECTION_CUT: Words(
        "The connection to the server was cut",
        _NOBODY,
        "Try again in a while; what was sent already is not sent again.",
    ),
    Kind.INTERRUPTED: Words(
        "It was stopped before its end", _NOBODY, "Run it again when you like; it goes on from there."
    ),
}

_ABOUT_THE_SERVER = {
    Kind.KEY_REFUSED: Words(
        "The server does not accept this computer's key for “{user}”",
        _ADMIN,
        "If the admin has not added the key yet, wait. If it was added, send these words.",
        "The server refuses my key for the account {user}. Please check: the line in ~{user}/.ssh/authorized_keys is"
        " mine; the home, .ssh and the file can be written to by {user} alone; the account is not locked (a '!' in"
        " /etc/shadow: usermod -p '*' {user}){places}. The reason is in sshd's log.",
    ),
    Kind.DAEMON_CLOSED: Words(
        "{about} is there but no rsync service answers",
        _ADMIN,
        "Check the port's number; if it is right, send the admin these words.",
        "From my computer, connections to {about} are refused. Is rsync's daemon running, and is that its port?",
    ),
    Kind.DAEMON_REFUSED: Words(
        "The server's rsync service does not take the name “{user}” with this backup's password",
        _ADMIN,
        "If the admin has not put it in place yet, wait. If so, send these words.",
        "The rsync service refuses {user} for the backup “{name}” (“auth failed”). Please check that the secrets file"
        " holds the line I sent, and that nobody but root can read it.",
    ),
    Kind.DAEMON_MODULE_UNKNOWN: Words(
        "The server's rsync service does not have this backup's part yet",
        _ADMIN,
        "If the admin has not put it in place yet, wait. If so, send these words.",
        "The rsync service on {host} does not know the module of the backup “{name}”. Please check that the part of"
        " rsyncd.conf that I sent is there{places}.",
    ),
    Kind.DAEMON_HOST_DENIED: Words(
        "The server's rsync service takes nothing from this computer's address",
        _ADMIN,
        "Send the admin these words.",
        "The rsync service on {host} refuses my address (“hosts allow” of the module for “{name}”). It says: {raw}",
    ),
    Kind.DAEMON_CHROOT: Words(
        "The server's rsync service can't enter the backup's folder",
        _ADMIN,
        "Send the admin these words.",
        "The rsync service on {host} can't chroot to {root}: is the folder there, and does the service run as root?",
    ),
    Kind.NO_RRSYNC: Words(
        "The server has no rrsync that can be run where the key line says it is",
        _ADMIN,
        "Send the admin these words.",
        "The key line of {user} starts rrsync, and it is not there or can't be run. It comes with rsync: find it with"
        " “find / -name 'rrsync*'”, make it executable, and put its path in the line.",
    ),
    Kind.SERVER_NO_RSYNC: Words(
        "The server has no rsync", _ADMIN, "Send the admin these words.", "Please install rsync on {host}."
    ),
    Kind.SERVER_NO_FOLDER: Words(
        "The folder for the backup is not on the server",
        _ADMIN,
        "Send the admin these words.",
        "The folder “{root}” for the backups of {user} is not there (under the account's home, unless it starts with a"
        " slash). Please make it: install -d -m 700 -o {user} …",
    ),
    Kind.SERVER_FOLDER_CLOSED: Words(
        "The account “{user}” may not write to the backup's folder on the server",
        _ADMIN,
        "Send the admin these words.",
        "{user} can't write to the folder “{root}” for its backups (under the account's home, unless it starts with a"
        " slash). Please make it the account's own: install -d -m 700 -o {user} …",
    ),
    Kind.SERVER_NO_CONFIG: Words(
        "The private backup service on the server does not find its settings",
        _ADMIN,
        "Send the admin these words.",
        "The settings of the backup “{name}” (the part for rsyncd.conf that I sent) are not in the file that its key"
        " line names, or {user} can't read it. Please put them there.",
    ),
    Kind.SERVER_BUSY: Words(
        "Another backup into the same folder is running on the server",
        _NOBODY,
        "Wait until it is done, then try again.",
    ),
    Kind.SERVER_REFUSED_OPTION: Words(
        "The server lets us in but refuses what rsync asks for",
        _ADMIN,
        "Send the admin these words.",
        "The key line of {user} on {host} refuses my backup. It says: {raw}",
    ),
    Kind.SERVER_SHELL_BLOCKS: Words(
        "The account's login shell on the server blocks rsync",
        _ADMIN,
        "Send the admin these words.",
        "The login shell of {user} (/bin/false, nologin or rssh) blocks rsync too. Please give it /bin/sh: the key line"
        " allows nothing but rsync anyway (usermod -s /bin/sh {user}).",
    ),
    Kind.SERVER_SHELL_RSSH: Words(
        "The account's login shell on the server (rssh) does not take the line that was handed over",
        _ADMIN,
        "Send the admin these words. Unless the shell is changed, there is no practice run but only an estimate.",
        "The login shell of {user} is rssh, which takes one plain command only. Please give it /bin/sh (usermod -s"
        " /bin/sh {user}), or put this in place of the lines of “{name}” in ~{user}/.ssh/authorized_keys:\n{lines}",
    ),
    Kind.SERVER_SHELL_TALKS: Words(
        "Something on the server prints text where rsync should speak",
        _ADMIN,
        "Send the admin these words.",
        "When {user} signs in without a terminal on {host}, a start-up file of its shell prints text, which breaks"
        " rsync. “ssh {user}@{host} true” must print nothing.",
    ),
    Kind.SERVER_DISK_FULL: Words(
        "The server has no room left for this",
        _ADMIN,
        "Send the admin these words.",
        "The backup of {user} into {destination} stopped: no space, or its quota is used up.",
    ),
    Kind.SERVER_READ_ONLY: Words(
        "The server can't write to the backup's folder",
        _ADMIN,
        "Send the admin these words.",
        "{destination} is on a file system that is read-only.",
    ),
    Kind.DELETE_LIMIT: Words(
        "It stopped because more would be deleted than is allowed", _YOU, "Look at the practice run before you go on."
    ),
    Kind.DESTINATION_TAKEN: Words(
        "{about} holds another computer's backup, or one made before this computer was set up anew",
        _YOU,
        "Give this backup another name. If that old backup is your own and may be gone over, ask the admin.",
        "Is the backup in {about} mine? If so, please remove the small file .backup-wizard in it, and nothing else.",
    ),
    Kind.LOCK_OPEN: Words(
        "A door that should be shut is open on the server: {about}",
        _ADMIN,
        "Send the admin these words.",
        "My key for {user} on {host} can do more than back up: {about}. Please use the exact lines of"
        " “backup-wizard export {name} --format authorized-keys”, and no other line with that key.",
    ),
    Kind.WAITING_FOR_ADMIN: Words(
        "{about} does not let this computer in yet",
        _ADMIN,
        "Send the admin the text of “backup-wizard export {name} --format text”, then run this again.",
    ),
}

_REST = {
    Kind.NOT_RECORDED: Words(
        "What this computer's rsync asks of a server can't be put into a line for it ({about})",
        _YOU,
        "See that “rsync” is the program itself and no script around it; or choose another way in than forced-command.",
    ),
    Kind.COMMAND_DRIFTED: Words(
        "What this computer would ask of the server is no longer what the server's line allows: a setting or rsync"
        " itself has changed",
        _ADMIN,
        "Nothing was started. Send the admin the new line (backup-wizard export {name} --format authorized-keys).",
        "My backup's settings have changed. Please put this in place of the lines of “{name}” in ~{user}/.ssh/"
        "authorized_keys:\n{lines}",
    ),
    Kind.NO_DRY_RUN: Words(
        "The account's shell on the server (rssh) makes a practice run impossible: it would be a real one",
        _ADMIN,
        "Nothing was started. You can back up without a practice run, or send the admin these words.",
        "Could the account {user} have /bin/sh as its login shell? Then my key line can allow dry runs too"
        " (usermod -s /bin/sh {user}).",
    ),
    Kind.NO_TERMINAL: Words(
        "The wizard needs a terminal to show its screens on, and there is none",
        _YOU,
        "Run it in a terminal, as questions on lines (--plain), or unattended from a file (--answers FILE).",
    ),
    Kind.CRASHED: Words(
        "backup-wizard made a mistake of its own ({raw}); what was decided is kept",
        _YOU,
        "Run it again. If it comes back, report it with the file {about}, in which there are no passwords.",
    ),
    Kind.UNKNOWN: Words(
        "Something failed that backup-wizard doesn't know ({about})", _YOU, "Read what was printed: {raw}"
    ),
}

WORDS: dict[Kind, Words] = {
    **_ABOUT_PROFILES,
    **_ABOUT_FILES_HERE,
    **_ABOUT_KEYS,
    **_ABOUT_REACHING,
    **_ABOUT_THE_SERVER,
    **_REST,
}
