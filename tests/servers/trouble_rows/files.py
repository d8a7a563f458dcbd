"""The disks and the files, on both sides."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import ADMIN, NOBODY, YOU, Row, without
from tests.support import deprived
from tests.support.attacks import faults, mishaps
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from wizard.failure import Kind
from wizard.running import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case
    from wizard.trouble import Trouble


@contextlib.contextmanager
def foreign_folder(case: Case) -> Iterator[Case]:
    folder = Path(case.profile.folders[0]).name
    place = f"{placing.ROOT}/{case.profile.name}"
    case.office.run("install", "-d", "-o", ACCOUNT, place)
    with faults.owned_by_root("755", f"{place}/{folder}")(case) as broken:
        yield broken


@contextlib.contextmanager
def closed_folder(case: Case) -> Iterator[Case]:
    folder = f"{placing.ROOT}/{case.profile.name}/{Path(case.profile.folders[0]).name}"
    case.office.run("install", "-d", "-o", ACCOUNT, "-m", "000", folder)
    yield case
    case.office.run("rmdir", folder)


async def practise(case: Case) -> Trouble | None:
    return report.left_out(await report.dry_run(case.profile, case.access))


ROWS = [
    Row("a full disk", faults.mounted("size=100k"), Kind.SERVER_DISK_FULL, ADMIN, "no space", writes=True),
    Row("a used-up quota", faults.used_up_quota, Kind.SERVER_QUOTA, ADMIN, "disk quota", writes=True),
    Row(
        "a read-only disk",
        faults.mounted("size=100k", then=("ro",)),
        Kind.SERVER_READ_ONLY,
        ADMIN,
        "read-only",
        scheme="login",
        writes=True,
    ),
    Row(
        "a file of somebody else's there",
        foreign_folder,
        Kind.SERVER_FILES_CLOSED,
        ADMIN,
        "chown -R",
        writes=True,
    ),
    Row(
        "a folder closed there",
        closed_folder,
        Kind.SERVER_FOLDERS_SHUT,
        YOU,
        "someone may have used your key",
        act=practise,
    ),
    Row(
        "a file that may not be read here",
        mishaps.closed_file,
        Kind.FILES_UNREADABLE,
        YOU,
        act=without(deprived.no_privilege),
        writes=True,
    ),
    Row("a file too deep in folders", mishaps.file_too_deep, Kind.PATH_TOO_LONG, YOU, "shorten", writes=True),
    Row(
        "a folder there in the way of a file",
        mishaps.folder_in_the_way,
        Kind.FOLDERS_IN_THE_WAY,
        YOU,
        "other names",
        writes=True,
    ),
    Row("a file that vanishes", mishaps.file_that_vanishes, Kind.FILES_VANISHED, NOBODY, scheme="daemon", writes=True),
]
