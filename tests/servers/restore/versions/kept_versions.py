"""Older versions of a backup on an office's server, as rsnapshot leaves them: root's, and read by the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.servers.office import Office

NAME = "amamac"
FOLDER = f"/home/backup-wizard-versions/{ACCOUNT}/{NAME}"
PLACE = f"/var/lib/backup-wizard/versions/{ACCOUNT}/{NAME}"

# The options by which the server's program has rsnapshot copy.
_COPY = "rsync -rltHSg --omit-link-times --no-perms --no-owner --chown=:$g --chmod=Dg+rx,Fg+rX,g-w,o-w,u-s,g-s,o-t"


def begin(office: Office) -> None:
    """Have a place for versions, with none in it yet."""
    steps = (
        f"umask 022; mkdir -p {FOLDER} {PLACE.rpartition('/')[0]}; ln -s {FOLDER} {PLACE}",
        f"chmod 711 /var/lib/backup-wizard; chmod 750 {FOLDER}; chgrp $(id -g {ACCOUNT}) {FOLDER}",
    )
    office.run("sh", "-ec", "; ".join(steps))


def add(office: Office, moment: datetime) -> None:
    """Keep the backup as it is now as the version of that moment; the others move on by one."""
    steps = (
        f"cd {FOLDER}; umask 022; g=$(id -g {ACCOUNT})",
        "for n in 3 2 1 0; do test ! -e daily.$n || mv daily.$n daily.$((n + 1)); done",
        "test ! -e daily.1 || cp -al daily.1 daily.0; mkdir -p daily.0/files",
        f"{_COPY} --delete {placing.OWN}/ daily.0/files/; touch -d @{moment.timestamp():.0f} daily.0",
    )
    office.run("sh", "-ec", "; ".join(steps))
