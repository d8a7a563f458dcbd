"""Signing in."""

from __future__ import annotations

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, PROBABLY, SURELY, YOU, Row
from tests.support.attacks import faults
from wizard.failure import Kind

ROWS = [
    Row(
        "rights on the server",
        faults.with_mode(faults.HOME, "777"),
        Kind.KEY_REFUSED,
        ADMIN,
        "may have write access",
        CANT_TELL,
    ),
    Row(
        "a locked account",
        faults.account("-p", "!", back=("-p", "*")),
        Kind.KEY_REFUSED,
        ADMIN,
        "usermod -p",
        CANT_TELL,
    ),
    Row("a wrong user", faults.told(user="ananda"), Kind.KEY_REFUSED, ADMIN, "“ananda”", CANT_TELL),
    Row(
        "a user in capitals",
        faults.told(user="Amanda"),
        Kind.KEY_REFUSED,
        YOU,
        "accepts this key for “amanda”",
        SURELY,
    ),
    Row(
        "a from= that matches nothing",
        faults.let_in_from_elsewhere,
        Kind.KEY_REFUSED,
        ADMIN,
        "this computer's address is 127.0.0.1",
        PROBABLY,
    ),
    Row(
        "a server that takes no keys",
        faults.sshd("Match all", "PubkeyAuthentication no", "PasswordAuthentication yes"),
        Kind.KEY_REFUSED,
        ADMIN,
        "accepts no keys",
        SURELY,
    ),
    Row(
        "a server that wants a second proof",
        faults.sshd("AuthenticationMethods publickey,publickey"),
        Kind.KEY_REFUSED,
        ADMIN,
        "second factor",
        SURELY,
    ),
    Row(
        "a server that takes other types of key",
        faults.sshd("PubkeyAcceptedAlgorithms rsa-sha2-512"),
        Kind.KEY_REFUSED,
        ADMIN,
        "is mine",
        CANT_TELL,
    ),
    Row(
        "more keys than the server bears",
        faults.both(faults.rewritten(faults.KEYS, "ssh-ed25519", "#"), faults.sshd("MaxAuthTries 1")),
        Kind.TOO_MANY_KEYS,
        ADMIN,
        "MaxAuthTries",
        CANT_TELL,
    ),
    Row(
        "a server with room for no more",
        faults.both(faults.sshd("MaxStartups 1:100:1"), faults.held_connections()),
        Kind.HUNG_UP,
        NOBODY,
        "closed the connection",
    ),
    Row("an old sshd", faults.sshd("KexAlgorithms diffie-hellman-group14-sha1"), Kind.OLD_SSHD, ADMIN, "too old"),
]
