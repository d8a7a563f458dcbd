"""What stands between this computer and the server."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, NOBODY, SEND, YOU, Words

WORDS = {
    Kind.NAME_UNKNOWN: Words(
        N_("Can't find a server called {about}"),
        YOU,
        N_("Check the spelling. If it is right, check this computer's network connection."),
    ),
    Kind.HOST_UNREACHABLE: Words(
        N_("This computer can't reach {about}"),
        YOU,
        N_("Check this computer's network connection (and VPN). If others can't reach the server, tell your admin."),
    ),
    Kind.PORT_CLOSED: Words(
        N_("{about} is on, but refused the connection"),
        ADMIN,
        N_("Check the port number. If it is right, send your admin this message."),
        N_("Connections from my computer to {about} are refused. Is sshd running, and is that its port?"),
    ),
    Kind.TIMED_OUT: Words(
        N_("{about} didn't answer in time"),
        YOU,
        N_("Check this computer's network connection. If others can't reach the server, tell your admin."),
    ),
    Kind.NOT_SSH: Words(
        N_("What answers at {about} is not an ssh server"),
        YOU,
        N_("Ask your admin for the server's name and port. The port for ssh is usually 22."),
    ),
    Kind.HUNG_UP: Words(
        N_("The server closed the connection before sign-in"),
        NOBODY,
        N_(
            "Servers do this when many people sign in at once, and for some minutes after failed attempts. Wait a few"
            " minutes, then try again."
        ),
    ),
    Kind.OLD_SSHD: Words(
        N_("ssh on this computer and ssh on the server have no encryption method in common"),
        ADMIN,
        SEND,
        N_("My ssh can't agree with the one on {host}, which is probably too old. It says: {raw}"),
    ),
    Kind.SSH_UNSUPPORTED: Words(
        N_("Only the ssh program itself knows an encryption method that this server accepts"),
        YOU,
        N_("Backups work. What backup-wizard does with ssh itself doesn't, such as adding the key by password."),
    ),
    Kind.NOT_RSYNCD: Words(
        N_("What answers at {about} is not an rsync service"),
        YOU,
        N_("Ask your admin for the server's name and port. The port for rsync is usually 873."),
    ),
    Kind.HOST_KEY_UNKNOWN: Words(
        N_("You haven't confirmed the fingerprint of {about} yet"),
        YOU,
        N_(
            "Compare it with the one your admin gave you, then confirm it (or add it to server.host_keys). The server"
            " shows: {raw}"
        ),
    ),
    Kind.SERVER_UNVERIFIED: Words(
        N_("Your admin hasn't confirmed the fingerprint of {about} yet, so nothing was sent there"),
        ADMIN,
        N_(
            "Send your admin the output of “backup-wizard export {name} --format text”. Give their answer to"
            " “backup-wizard receipt {name}”. Then run this again."
        ),
        N_("What is the SHA256 fingerprint of {host} (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?"),
    ),
    Kind.HOST_KEY_CHANGED: Words(
        N_(
            "The server's fingerprint is not the one you confirmed. Either the server was set up again, or someone is"
            " intercepting the connection"
        ),
        ADMIN,
        N_("Stop here. Nothing was sent. Ask your admin, by phone or in person, which fingerprint is right."),
        N_(
            "The ssh fingerprint of {host} is not the one I saw before. Was the server set up again? What is its SHA256"
            " fingerprint now (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?"
        ),
    ),
    Kind.HOST_KEY_TYPE: Words(
        N_("The server's fingerprint is of another type than the one you confirmed"),
        ADMIN,
        N_(
            "Nothing was sent. Ask your admin for the new fingerprint, by phone or in person. Then compare it in the"
            " “Fingerprint” step."
        ),
        N_(
            "{host} no longer shows the type of host key that I confirmed. What is its SHA256 fingerprint now"
            " (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?"
        ),
    ),
    Kind.HOST_KEY_DIFFERS: Words(
        N_("Stop: this isn't the server your admin means. It shows another fingerprint"),
        ADMIN,
        N_("Nothing was sent. If the server's name and port are right, send your admin this message."),
        N_("You sent me the fingerprint\n{about}\nbut at {host}, port {port}, I see\n{raw}\nWhich one is right?"),
    ),
    Kind.RECEIPT_DIFFERS: Words(
        N_(
            "Stop: your admin's receipt names another fingerprint than the one {host} showed. Either it is for another"
            " server, or someone is intercepting the connection"
        ),
        ADMIN,
        N_("The receipt wasn't used, and nothing was sent. Ask your admin about this message, by phone or in person."),
        N_(
            "Your receipt for the backup “{name}” names\n{about}\nbut at {host}, port {port}, I saw\n{raw}\n"
            "Which one is right?"
        ),
    ),
    Kind.BAD_RECEIPT: Words(
        N_("This isn't a valid receipt for the backup “{name}”: {about}"),
        YOU,
        N_("Paste all of it, from the first line with === to the last, exactly as your admin sent it."),
    ),
    Kind.CONNECTION_CUT: Words(
        N_("The connection to the server was lost"),
        NOBODY,
        N_("Wait a few minutes, then try again. Files that were already sent won't be sent again."),
    ),
    Kind.INTERRUPTED: Words(
        N_("Stopped before it finished"), NOBODY, N_("Run it again to continue. It picks up where it left off.")
    ),
}
