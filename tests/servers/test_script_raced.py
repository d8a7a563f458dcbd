"""The setup script against an account that plants links in its home while it runs: nobody gains anything by that."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_script import order_for, set_up
from tests.support import programs, setting_up
from tests.support.office import ACCOUNT
from tests.support.setting_up import SetUpOffice
from tests.support.stopping import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.table import AddCount
    from tests.support.trees import Entry

HOME = f"/home/{ACCOUNT}"
PROOF = "/srv/race/proof"
# In the account's home, at a moment of its choice. /etc/cron.d is root's, and /home/petra another person's.
PLANTED = {
    "a link for .ssh": "rm -rf .ssh; ln -s /etc/cron.d .ssh",
    "a link to a coworker for .ssh": "rm -rf .ssh; ln -s /home/petra .ssh",
    "links for the keys": "mkdir -p .ssh; cd .ssh; for name in authorized_keys .backup-wizard.new; do"
    " rm -f $name; ln -s /etc/cron.d/trap $name; done",
    "a link for the folder around the backups": "rm -rf backup; ln -s /home/petra backup",
    "a link for the backups": "mkdir -p backup; rm -rf backup/amamac; ln -s /etc/cron.d backup/amamac",
    "settings that start a program": f"printf 'early exec = id >{PROOF}\\n[amanda]\\npath = /\\n' >.backup-wizard-amamac.conf;"
    " rm -rf .ssh; ln -s /etc/backup-wizard .ssh",
}
ROUNDS_EACH = 18
# Counts the script's commands, its own and those of the account, and plants before the one that was chosen.
_COUNTED = """\
#!{dash}
read -r count </srv/race/count
echo $((count + 1)) >/srv/race/count
if [ "$count" = "$PLANT_AT" ] || {{ [ -z "$PLANT_AT" ] && [ "$count" = "$(cat /srv/race/at)" ]; }}; then
    case $(/usr/bin/id -u) in
    0) {setpriv} --reuid {account} --regid {account} --clear-groups {dash} -c 'cd {home} && . /srv/race/plant' ;;
    *) {dash} -c 'cd {home} && . /srv/race/plant' ;;
    esac </dev/null >/dev/null 2>&1
fi
exec {program} "$@"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as running:
        running.start_sshd("PidFile none")
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "petra")
        yield running
