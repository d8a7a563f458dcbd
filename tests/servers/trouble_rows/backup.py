"""rsync, rrsync and the backup's folder on the server."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tests.servers.trouble_rows.row import ADMIN, CANT_TELL, NOBODY, Row
from tests.support.attacks import faults, mishaps
from tests.support.attacks.case import KEYS, both, nothing
from tests.support.servers import old_rsync, placing
from wizard.failure import Kind, ProgramFailed
from wizard.running import transfer
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case, Fault

NO_FOLDER = (Kind.SERVER_NO_FOLDER, ADMIN, f"“{placing.OWN}”")
FOLDER_CLOSED = (Kind.SERVER_FOLDER_CLOSED, ADMIN, f"“{placing.OWN}”")
OF_DAEMON = (Kind.SERVER_FOLDER_CLOSED, ADMIN, f"“{placing.ROOT}”")
NO_RSYNC = (faults.start_up_file("PATH=/nowhere\n"), Kind.SERVER_NO_RSYNC, ADMIN, "isn't on the PATH")
NO_RRSYNC = (Kind.NO_RRSYNC, ADMIN, "find / -name 'rrsync*'", CANT_TELL)
PLAIN_LINE = "rsync --server {} . backup"


def line(command: str) -> Fault:
    """With another command in the key's line."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        before = case.office.path(KEYS).read_text()
        case.office.authorize(f'restrict,command="{command}" {case.access.facts.public_key}\n')
        yield case
        case.office.authorize(before)

    return fault


@contextlib.contextmanager
def may_read(case: Case) -> Iterator[Case]:
    """With a key that may read the backup."""
    scheme = msgspec.structs.replace(case.profile.scheme, write_only=False)
    reading = replace(case, profile=msgspec.structs.replace(case.profile, scheme=scheme))
    placing.hand_over(case.office, reading.profile)
    yield reading


@contextlib.contextmanager
def line_for_old_rrsync(case: Case) -> Iterator[Case]:
    """With a line of somebody's own whose option the rrsync there, in Perl, takes for the folder."""
    with line(f"{shlex.quote(str(old_rsync.require('3.2.3') / 'rrsync'))} -wo -munge backup/amamac")(case) as broken:
        yield broken


async def back_up_again(case: Case) -> None:
    async for _ in transfer.backup(case.profile, case.access, must_be_there=True):
        pass


async def read_back(case: Case) -> None:
    """The backup, read by a key that may."""
    ssh = shlex.join(over_ssh.ssh_command(case.profile, case.access.facts))
    argv = ["rsync", "-r", "-e", ssh, f"{case.profile.server.host}:", f"{case.folder}/back/"]
    ran = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True)
    if ran.returncode:
        raise ProgramFailed("rsync", ran.returncode, ran.stderr)


ROWS = [
    *(
        Row("no rsync there", *NO_RSYNC, scheme=kind)
        for kind in ("rrsync", "forced-command", "daemon-over-ssh", "login")
    ),
    *(
        Row(broken, both(may_read, fault), *NO_RRSYNC, act=read_back)
        for broken, fault in (
            ("no rrsync to read with", faults.no_rrsync),
            ("an rrsync that does not start", faults.rrsync_without_python),
        )
    ),
    # What the line says is the same for all of these; to a login, rsync itself tells more.
    *(
        Row(broken, fault, *NO_FOLDER, scheme=kind)
        for broken, fault in (
            ("no folder", faults.missing(placing.ROOT)),
            ("a folder of somebody else's", faults.owned_by_root("755")),
            ("a closed folder", faults.owned_by_root("700")),
            ("a folder in a closed one", faults.owned_by_root("700", placing.ROOT)),
            ("a read-only disk", faults.mounted("size=100k", then=("ro",))),
        )
        for kind in ("rrsync", "forced-command", "daemon-over-ssh")
    ),
    Row("no folder", faults.missing(placing.ROOT), *NO_FOLDER, scheme="login"),
    Row("a folder of somebody else's", faults.owned_by_root("755"), *FOLDER_CLOSED, scheme="login"),
    Row("a closed folder", faults.owned_by_root("700"), *FOLDER_CLOSED, scheme="login"),
    Row("a folder of somebody else's", faults.owned_by_root("755", placing.ROOT), *OF_DAEMON, scheme="daemon"),
    Row("a closed folder", faults.owned_by_root("700", placing.ROOT), *OF_DAEMON, scheme="daemon"),
    Row(
        "another run at the same time (an older line)",
        both(line(f"rrsync -wo {placing.OWN}"), faults.locked_by_another_run),
        Kind.SERVER_BUSY,
        NOBODY,
        "if its connection was lost",
    ),
    Row(
        "a line with an option that the old rrsync there takes for the folder",
        line_for_old_rrsync,
        Kind.OLD_RRSYNC,
        ADMIN,
        "takes any option but -ro and -wo for the folder",
    ),
    Row(
        "a line that names another folder",
        line("rrsync -wo backup/amanac"),
        Kind.SERVER_NO_FOLDER,
        ADMIN,
        "a writable folder",
    ),
    Row(
        "a backup that is no longer there",
        nothing,
        Kind.BACKUP_GONE,
        ADMIN,
        "moved, emptied or removed",
        act=back_up_again,
    ),
    Row(
        "a line for older settings",
        mishaps.deleting,
        Kind.SERVER_REFUSED_OPTION,
        ADMIN,
        "takes no such option",
    ),
    Row(
        "an option refused (rrsync)",
        line("rrsync -ro backup"),
        Kind.SERVER_REFUSED_OPTION,
        ADMIN,
        "read-only server",
    ),
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
        "ends the connection without a word",
    ),
    Row(
        "a forced command that does not match",
        faults.rewritten(KEYS, "rsync --server -", "rsync --server --compress -"),
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
        "replace the lines",
        scheme="forced-command",
    ),
]
