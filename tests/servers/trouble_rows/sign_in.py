"""Signing in."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, PROBABLY, SURELY, YOU, Row
from tests.support.attacks import faults, sign_in_faults
from tests.support.attacks.case import HOME, KEYS, both
from wizard.failure import Kind
from wizard.server import kept_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault


def let_in_before(fault: Fault) -> Fault:
    """With a fault that comes when the server has let this way in work for a while."""

    @contextlib.contextmanager
    def later(case: Case) -> Iterator[Case]:
        kept_facts.note_let_in(case.profile)
        with fault(case) as broken:
            yield broken

    return later


def locked_out(fault: Fault) -> Fault:
    """The same where a receipt of the setup script has said so."""

    @contextlib.contextmanager
    def told(case: Case) -> Iterator[Case]:
        kept_facts.note_locked_out(case.profile, 1_796_000_000)
        with fault(case) as broken:
            yield broken
        kept_facts.note_locked_out(case.profile, 0)

    return told


ROWS = [
    Row(
        "a computer that its admin has locked out",
        locked_out(faults.rewritten(KEYS, "ssh-ed25519", "#")),
        Kind.LOCKED_OUT,
        ADMIN,
        "--readmit amamac",
    ),
    Row(
        "a line that was taken out later",
        let_in_before(faults.rewritten(KEYS, "ssh-ed25519", "#")),
        Kind.KEY_NO_LONGER_ACCEPTED,
        ADMIN,
        "my line is still in",
        CANT_TELL,
    ),
    Row(
        "an account that was locked later",
        let_in_before(faults.account("-p", "!", back=("-p", "*"))),
        Kind.KEY_NO_LONGER_ACCEPTED,
        ADMIN,
        "locked or expired",
        CANT_TELL,
    ),
    Row(
        "an account that has expired",
        let_in_before(faults.account("-e", "1970-01-02", back=("-e", ""))),
        Kind.KEY_NO_LONGER_ACCEPTED,
        ADMIN,
        "chage -l amanda",
        CANT_TELL,
    ),
    Row(
        "rights on the server that were changed later",
        let_in_before(faults.with_mode(HOME, "777")),
        Kind.KEY_NO_LONGER_ACCEPTED,
        ADMIN,
        "may have write access",
        CANT_TELL,
    ),
    Row(
        "rights on the server",
        faults.with_mode(HOME, "777"),
        Kind.KEY_REFUSED,
        ADMIN,
        "Others may write to",
        CANT_TELL,
    ),
    *(
        Row(broken, fault, Kind.KEY_REFUSED, ADMIN, says, CANT_TELL)
        for broken, fault, says in (
            ("an account that expired before", faults.account("-e", "1970-01-02", back=("-e", "")), "has expired"),
            ("an account without a home", faults.missing(HOME), "has no home folder"),
            ("an account whose shell is missing", faults.shell("/bin/no-shell"), "login shell is missing"),
            ("only other accounts allowed", sign_in_faults.sshd("AllowUsers bob"), "accepts some accounts only"),
            ("a group denied", sign_in_faults.sshd("DenyGroups amanda"), "accepts some accounts only"),
            (
                "keys kept elsewhere",
                sign_in_faults.sshd("AuthorizedKeysFile /etc/ssh/keys/%u"),
                "looks for keys elsewhere",
            ),
        )
    ),
    Row(
        "a locked account",
        faults.account("-p", "!", back=("-p", "*")),
        Kind.KEY_REFUSED,
        ADMIN,
        "usermod -p",
        CANT_TELL,
    ),
    Row("a wrong user", sign_in_faults.told(user="ananda"), Kind.KEY_REFUSED, ADMIN, "“ananda”", CANT_TELL),
    Row(
        "a user in capitals",
        sign_in_faults.told(user="Amanda"),
        Kind.KEY_REFUSED,
        YOU,
        "accepts this key for “amanda”",
        SURELY,
    ),
    Row(
        "a from= that matches nothing",
        sign_in_faults.let_in_from_elsewhere,
        Kind.KEY_REFUSED,
        ADMIN,
        "this computer's address is 127.0.0.1",
        PROBABLY,
    ),
    Row(
        "a server that takes no keys",
        sign_in_faults.sshd("Match all", "PubkeyAuthentication no", "PasswordAuthentication yes"),
        Kind.KEY_REFUSED,
        ADMIN,
        "accepts no keys",
        SURELY,
    ),
    Row(
        "a server that wants a second proof",
        sign_in_faults.sshd("AuthenticationMethods publickey,publickey"),
        Kind.KEY_REFUSED,
        ADMIN,
        "second factor",
        SURELY,
    ),
    Row(
        "a server that takes other types of key",
        sign_in_faults.sshd("PubkeyAcceptedAlgorithms rsa-sha2-512"),
        Kind.KEY_REFUSED,
        ADMIN,
        "accepts no keys of type ssh-ed25519",
        CANT_TELL,
    ),
    Row(
        "more keys than the server bears",
        both(faults.rewritten(KEYS, "ssh-ed25519", "#"), sign_in_faults.sshd("MaxAuthTries 1")),
        Kind.TOO_MANY_KEYS,
        ADMIN,
        "MaxAuthTries",
        CANT_TELL,
    ),
    Row(
        "a server with room for no more",
        both(sign_in_faults.sshd("MaxStartups 1:100:1"), sign_in_faults.held_connections()),
        Kind.HUNG_UP,
        NOBODY,
        "closed the connection",
    ),
    Row(
        "an old sshd", sign_in_faults.sshd("KexAlgorithms diffie-hellman-group14-sha1"), Kind.OLD_SSHD, ADMIN, "too old"
    ),
]
