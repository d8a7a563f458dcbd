"""The setup script against an account that plants links in its home while it runs: nobody gains anything by that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import order_for, set_up
from tests.support import programs
from tests.support.kills.stopping import PROGRAMS
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.table import AddCount

HOME = f"/home/{ACCOUNT}"
_JOB = re.compile(r"/etc/backup-wizard[ /]|/etc/ssh/sshd_config\.d/\S*backup-wizard")
KEEP = f"cd / && tar -cf {{}} $(ls -d home/{ACCOUNT} var/lib/backup-wizard etc/backup-wizard etc/ssh 2>/dev/null)"
RESTORE = f"cd / && rm -rf home/{ACCOUNT} var/lib/backup-wizard etc/backup-wizard etc/ssh/* && tar -xpf {{}}"
ROUNDS = {"": 12, "--undo": 5}  # at commands that are as far apart, with each of the links
PROOF, PLANTED_AT = "/srv/race/proof", "/srv/race/planted"
# In the account's home, at a moment of its choice. /etc/cron.d is root's, and /home/petra another person's.
PLANTED = {
    "a link for .ssh": "rm -rf .ssh; ln -s /etc/cron.d .ssh",
    "a link to a coworker for .ssh": "rm -rf .ssh; ln -s /home/petra .ssh",
    "links for the keys": "mkdir -p .ssh; cd .ssh; for name in authorized_keys .backup-wizard.new; do"
    " rm -f $name; ln -s /etc/cron.d/trap $name; done",
    "a link for the folder around the backups": "rm -rf backup; ln -s /home/petra backup",
    "a link for the backups": "mkdir -p backup; rm -rf backup/amamac; ln -s /etc/cron.d backup/amamac",
    "settings that start a program": f"echo 'early exec = id >{PROOF}' >.backup-wizard-amamac.conf;"
    " rm -rf .ssh; ln -s /etc/backup-wizard .ssh",
}
# Counts the script's commands, its own and those of the account, and plants before the one that was chosen.
_COUNTED = """\
#!{dash}
printf . >>/srv/race/count
read -r count </srv/race/count
read -r at </srv/race/at
if [ "$at" -gt 0 ] && [ "${{#count}}" -ge "$at" ] && [ ! -e /srv/race/planted ]; then
    case $(/usr/bin/id -u) in
    0)
        : >/srv/race/planted
        {setpriv} --reuid {account} --regid {account} --clear-groups {dash} -c 'cd {home} && . /srv/race/plant'
        ;;
    *) : >/srv/race/planted; {dash} -c 'cd {home} && . /srv/race/plant' ;;
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


@pytest.mark.long
@pytest.mark.timeout(300)  # the script is run 20 times
@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh"])
def test_links_that_are_planted_at_any_command_gain_nothing(
    kind: str, what: str, office: SetUpOffice, sample_folder: Path, add_count: AddCount
) -> None:
    set_up(office, order_for(office, kind, sample_folder)[0])
    put_counters(office)
    office.put("/srv/race/plant", PLANTED[what], mode=0o755)
    states = {"": "/srv/before.tar", "--undo": "/srv/after.tar"}  # what each begins with
    rounds = planted = 0
    for option, state in states.items():
        office.run("sh", "-c", KEEP.format(state))
        assert begun_at(office, 0, option) == 0
        commands = office.path("/srv/race/count").stat().st_size
        for number in range(ROUNDS[option]):
            office.run("sh", "-c", RESTORE.format(state))
            before, at = others(office), 1 + number * commands // ROUNDS[option]
            begun_at(office, at, option)
            rounds += 1
            planted += office.path(PLANTED_AT).exists()
            assert others(office) == before, f"at {at} of {option or 'apply'}"
            assert office.run("find", HOME, "!", "-user", ACCOUNT) == "", f"at {at} of {option or 'apply'}"
            assert not office.path(PROOF).exists()
        office.run("sh", "-c", RESTORE.format(state))
        assert begun_at(office, 0) == 0
    assert planted == rounds
    add_count("rounds in which an account planted links while the script ran", rounds)


def put_counters(office: SetUpOffice) -> None:
    setpriv, dash = programs.require("setpriv"), programs.require("dash")
    for name in PROGRAMS.split():
        text = _COUNTED.format(dash=dash, setpriv=setpriv, program=programs.require(name), account=ACCOUNT, home=HOME)
        office.put(f"/srv/race/{name}", text, mode=0o755)
    office.path("/srv/race").chmod(0o1777)


def begun_at(office: SetUpOffice, at: int, option: str = "") -> int:
    """Run it, and plant at one of its commands."""
    office.put("/srv/race/count", "", mode=0o666)
    office.put("/srv/race/at", f"{at}\n", mode=0o644)
    office.path(PLANTED_AT).unlink(missing_ok=True)
    return office.script(option, path="/srv/race").exit_code


def others(office: SetUpOffice) -> list[str]:
    """All that is not the account's, but for the files that are the script's job: those are root's alone."""
    listed = office.run("find", "/etc", "/home/petra", "-type", "d", "-printf", "%p %U %m\\n")
    listed += office.run("find", "/etc", "/home/petra", "!", "-type", "d", "-printf", "%p %U %m %s %T@ %l\\n")
    lines = listed.splitlines()
    job = [line for line in lines if _JOB.match(line)]
    assert all(re.fullmatch(r"\S+ 0 (755|644)( .*)?", line) for line in job), job
    return [line for line in lines if line not in job]
