"""The account's login shell."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, SURELY, Row
from tests.support.attacks import faults
from tests.support.servers.rssh import RSSH
from wizard.failure import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case


@contextlib.contextmanager
def rssh(case: Case) -> Iterator[Case]:
    case.office.put("/etc/rssh", RSSH, mode=0o755)
    with faults.shell("/etc/rssh")(case) as broken:
        yield broken


GREETING = (faults.start_up_file("echo Welcome\n"), Kind.SERVER_SHELL_TALKS, ADMIN, "prints text")
ROWS = [
    Row("/bin/false as shell", faults.shell("/bin/false"), Kind.SERVER_SHELL_BLOCKS, ADMIN, "usermod -s", SURELY),
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
