"""The account's login shell."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, SURELY, Row
from tests.support.attacks import faults, sign_in_faults
from tests.support.servers.rssh import RSSH
from wizard.failure import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault


@contextlib.contextmanager
def rssh(case: Case) -> Iterator[Case]:
    case.office.put("/etc/rssh", RSSH, mode=0o755)
    with faults.shell("/etc/rssh")(case) as broken:
        yield broken


def only_sftp(command: str) -> Fault:
    return sign_in_faults.sshd(f"ForceCommand {command}")


@contextlib.contextmanager
def sftp_server(case: Case) -> Iterator[Case]:
    with only_sftp("/usr/lib/openssh/sftp-server")(case) as broken:
        yield broken.patient_for(1)  # rsync and sftp wait for each other


GREETING = (faults.start_up_file("echo Welcome\n"), Kind.SERVER_SHELL_TALKS, ADMIN, "something prints text")
SFTP_ONLY = (Kind.SERVER_SFTP_ONLY, ADMIN)
SAYS_SFTP = "It prints “This service allows sftp connections only.”"
ANSWERS_SFTP = "Whatever is asked for, an sftp service answers."
ROWS = [
    Row("/bin/false as shell", faults.shell("/bin/false"), Kind.SERVER_SHELL_BLOCKS, ADMIN, "as /bin/false", SURELY),
    *(
        Row("sftp alone allowed", only_sftp("internal-sftp"), *SFTP_ONLY, SAYS_SFTP, SURELY, scheme=kind)
        for kind in ("rrsync", "forced-command", "daemon-over-ssh")
    ),
    *(
        Row("sftp alone allowed, by a program", sftp_server, *SFTP_ONLY, ANSWERS_SFTP, SURELY, scheme=kind)
        for kind in ("rrsync", "forced-command", "daemon-over-ssh")
    ),
    Row(
        "another command forced on everybody",
        only_sftp("/bin/true"),
        Kind.SERVER_SILENT,
        ADMIN,
        "prints nothing",
    ),
    Row(
        "a start-up file that fails",
        faults.start_up_file("exit 1\n"),
        Kind.SERVER_SHELL_BLOCKS,
        ADMIN,
        "or a start-up file ends it",
        SURELY,
    ),
    Row(
        "nologin as shell",
        faults.shell("/usr/sbin/nologin"),
        Kind.SERVER_SHELL_BLOCKS,
        ADMIN,
        "usermod -s",
        SURELY,
    ),
    Row("rssh as shell", rssh, Kind.SERVER_SHELL_BLOCKS, ADMIN, "usermod -s"),
    Row("rssh as shell", rssh, Kind.SERVER_SHELL_RSSH, ADMIN, "restrict,command=", scheme="forced-command"),
    Row(
        "a shell that prints",
        faults.start_up_file("echo Welcome\n"),
        Kind.SERVER_SHELL_TALKS,
        ADMIN,
        "It prints “Welcome”",
        SURELY,
    ),
    *(
        Row("rbash as shell", faults.shell("/bin/rbash"), Kind.SERVER_SHELL_BLOCKS, ADMIN, "or rbash", scheme=kind)
        for kind in ("rrsync", "forced-command", "daemon-over-ssh")
    ),
    Row(
        "a start-up file that ends the shell",
        faults.start_up_file("exit\n"),
        Kind.SERVER_SILENT,
        ADMIN,
        "prints nothing",
        scheme="forced-command",
    ),
    Row(
        "a start-up file that starts another program",
        faults.start_up_file("exec echo Welcome\n"),
        Kind.SERVER_SHELL_TALKS,
        ADMIN,
        "It prints “Welcome”",
        SURELY,
        scheme="forced-command",
    ),
    *(Row("a shell that prints", *GREETING, scheme=kind) for kind in ("forced-command", "daemon-over-ssh", "login")),
]
