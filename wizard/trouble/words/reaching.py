"""What stands between this computer and the server."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.trouble.words.form import ADMIN, NOBODY, YOU, Words

WORDS = {
    Kind.NAME_UNKNOWN: Words(
        "No server is known by the name {about}",
        YOU,
        "Check how it is spelt; if it is right, check this computer's network.",
    ),
    Kind.HOST_UNREACHABLE: Words(
        "There is no way from here to {about}",
        YOU,
        "Check this computer's network (and VPN); if others can't reach it, tell the admin.",
    ),
    Kind.PORT_CLOSED: Words(
        "{about} is there but takes no ssh connections",
        ADMIN,
        "Check the port's number; if it is right, send the admin these words.",
        "From my computer, connections to {about} are refused. Is sshd running, and is that its port?",
    ),
    Kind.TIMED_OUT: Words(
        "{about} gave no answer in time",
        YOU,
        "Check this computer's network; if others can't reach the server, tell the admin.",
    ),
    Kind.NOT_SSH: Words(
        "What answers at {about} is not an ssh server",
        YOU,
        "Check the server's name and port with the admin: ssh is nearly always on port 22.",
    ),
    Kind.HUNG_UP: Words(
        "The server hung up before anyone could sign in",
        NOBODY,
        "Servers do that while many sign in at once, and for some minutes after failed tries. Try again in a while.",
    ),
    Kind.OLD_SSHD: Words(
        "The server's ssh and this computer's have no way of speaking in common",
        ADMIN,
        "Send the admin these words.",
        "My ssh can't agree with the one on {host}, which is probably too old. It says: {raw}",
    ),
    Kind.NOT_RSYNCD: Words(
        "What answers at {about} is not an rsync service",
        YOU,
        "Check the server's name and port with the admin: rsync's own port is nearly always 873.",
    ),
    Kind.HOST_KEY_UNKNOWN: Words(
        "The fingerprint of {about} was not confirmed yet",
        YOU,
        "Compare it with what the admin tells you, and confirm it (or put it in server.host_keys)."
        " The server shows: {raw}",
    ),
    Kind.HOST_KEY_CHANGED: Words(
        "The server does not show the fingerprint that was confirmed: it was set up anew, or somebody is in between",
        ADMIN,
        "Stop here: nothing was sent. Ask the admin, by phone or in person, which fingerprint is right.",
        "The ssh fingerprint of {host} is not the one that I saw before. Was the server set up anew?"
        " Which is its SHA256 fingerprint now (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?",
    ),
    Kind.HOST_KEY_TYPE: Words(
        "The server shows a fingerprint of another type than the one that was confirmed",
        ADMIN,
        "Nothing was sent. Ask the admin for the new fingerprint, by phone or in person, and compare it at the step"
        " “Fingerprint”.",
        "{host} no longer shows the type of host key that I confirmed. Which is its SHA256 fingerprint now"
        " (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)?",
    ),
    Kind.HOST_KEY_DIFFERS: Words(
        "Stop: this is not the server the admin speaks of, because it shows another fingerprint",
        ADMIN,
        "Nothing was sent. If the server's name and port are right, send the admin these words.",
        "You sent me the fingerprint\n{about}\nbut at {host}, port {port}, I see\n{raw}\nWhich one is right?",
    ),
    Kind.RECEIPT_DIFFERS: Words(
        "Stop: the admin's receipt names another fingerprint than the one that was seen at {host}: it is for another"
        " server, or somebody is in between",
        ADMIN,
        "Nothing was taken from it, and nothing was sent. Ask the admin, by phone or in person, with these words.",
        "Your receipt for the backup “{name}” names\n{about}\nbut at {host}, port {port}, I saw\n{raw}\n"
        "Which one is right?",
    ),
    Kind.BAD_RECEIPT: Words(
        "That is no receipt for the backup “{name}”: {about}",
        YOU,
        "Paste all of it, from the first line with === to the last, as the server's script printed it.",
    ),
    Kind.CONNECTION_CUT: Words(
        "The connection to the server was cut, or fell silent",
        NOBODY,
        "Try again in a while; what was sent already is not sent again.",
    ),
    Kind.INTERRUPTED: Words(
        "It was stopped before its end", NOBODY, "Run it again when you like; it goes on from there."
    ),
}
