"""rsync, rrsync and the backup's folder on the server."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, Row
from tests.support import faults, mishaps, placing
from wizard.failure import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.faults import Case, Fault

NO_FOLDER = (faults.missing(placing.ROOT), Kind.SERVER_NO_FOLDER, ADMIN, f"“{placing.ROOT}”")
NOT_WRITABLE = (faults.owned_by_root("755"), Kind.SERVER_FOLDER_CLOSED, ADMIN, f"“{placing.ROOT}”")
CLOSED = (faults.owned_by_root("700"), Kind.SERVER_FOLDER_CLOSED, ADMIN, f"“{placing.ROOT}”")
NO_RSYNC = (faults.start_up_file("PATH=/nowhere\n"), Kind.SERVER_NO_RSYNC, ADMIN, "install rsync")
RRSYNC = "/usr/bin/rrsync"
PLAIN_LINE = "rsync --server {} . backup"


def in_line(new: str) -> Fault:
    """With something else for rrsync in the key's line."""
    return faults.rewritten(faults.KEYS, f"{RRSYNC} -wo", new)


def line(command: str) -> Fault:
    """With another command in the key's line."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        before = case.office.path(faults.KEYS).read_text()
        case.office.authorize(f'restrict,command="{command}" {case.access.facts.public_key}\n')
        yield case
        case.office.authorize(before)

    return fault


ROWS = [
    *(Row("no rsync there", *NO_RSYNC, scheme=kind) for kind in ("forced-command", "daemon-over-ssh", "login")),
    Row(
        "no rrsync",
        faults.rewritten(faults.KEYS, RRSYNC, "/usr/local/bin/rrsync"),
        Kind.NO_RRSYNC,
        ADMIN,
        "put its path in the line",
        CANT_TELL,
    ),
    Row("a file for a folder", faults.rewritten(faults.KEYS, RRSYNC, "/etc/rsyncd.conf/rrsync"), Kind.NO_RRSYNC, ADMIN),
    *(Row("no folder", *NO_FOLDER, scheme=kind) for kind in ("rrsync", "forced-command", "daemon-over-ssh", "login")),
    *(
        Row("a folder of somebody else's", *NOT_WRITABLE, scheme=kind)
        for kind in ("rrsync", "forced-command", "daemon-over-ssh", "daemon", "login")
    ),
    *(Row("a closed folder", *CLOSED, scheme=kind) for kind in ("rrsync", "forced-command", "daemon", "login")),
    Row(
        "another run at the same time", faults.locked_by_another_run, Kind.SERVER_BUSY, NOBODY, "Wait until it is done"
    ),
    Row("an option refused (rrsync)", in_line(f"{RRSYNC} -ro"), Kind.SERVER_REFUSED_OPTION, ADMIN, "read-only server"),
    Row("an rrsync that is too old", in_line(f"{RRSYNC} -wo -no-such"), Kind.OLD_RRSYNC, ADMIN, "-no-such"),
    Row(
        "a line for another rsync",
        line(PLAIN_LINE.format("-lHogDtpAre.iLsfxCIvu")),
        Kind.PROTOCOL_MISMATCH,
        ADMIN,
        "exact lines",
    ),
    Row(
        "another protocol",
        line(PLAIN_LINE.format("--protocol=19 -lHogDtpre.iLsfxCIvu")),
        Kind.PROTOCOL_MISMATCH,
        ADMIN,
        "exact lines",
    ),
    Row(
        "a line that starts nothing",
        line("exit 3"),
        Kind.SERVER_SILENT,
        ADMIN,
        "ends without a word",
    ),
    Row(
        "a forced command that does not match",
        faults.rewritten(faults.KEYS, "rsync --server -", "rsync --server --compress -"),
        Kind.PROTOCOL_MISMATCH,
        ADMIN,
        "exact lines",
        scheme="forced-command",
    ),
    Row(
        "a forced command for older settings",
        mishaps.another_setting,
        Kind.COMMAND_DRIFTED,
        ADMIN,
        "in place of the lines",
        scheme="forced-command",
    ),
]
