"""The setup script against an account that plants links in its home while it runs: nobody gains anything by that.

A part of the moments stands for all; `make test-attacks` tries every one (`--every-case`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.support import programs
from tests.support.kills.stopping import PROGRAMS
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard.profile import VersionsSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.support.table import AddCount

HOME = f"/home/{ACCOUNT}"
_JOB = re.compile(
    r"/etc/backup-wizard[ /]|/etc/ssh/sshd_config\.d/\S*backup-wizard|/etc/cron\.d/backup-wizard-versions "
)
_STATE = "/srv/before.tar"
_TOUCHED = (
    f"home/{ACCOUNT} home/backup-wizard-versions var/lib/backup-wizard etc/backup-wizard etc/cron.d usr/local/sbin"
)
KEEP = f"cd / && tar -cf {_STATE} $(ls -d {_TOUCHED} etc/ssh 2>/dev/null)"
RESTORE = f"cd / && rm -rf {_TOUCHED} etc/ssh/* && tar -xpf {_STATE}"
PROOF, PLANTED_AT = "/srv/race/proof", "/srv/race/planted"


class Plant(NamedTuple):
    """What the account does in its home."""

    folder: str  # whatever doesn't touch it can't tell whether that was done before or after
    does: str


# /etc/cron.d is root's, and /home/petra another person's.
PLANTED = {
    "a link for .ssh": Plant(".ssh", "rm -rf .ssh; ln -s /etc/cron.d .ssh"),
    "a link for .ssh to another home": Plant(".ssh", "rm -rf .ssh; ln -s /home/petra .ssh"),
    "settings that start a program": Plant(
        ".ssh",
        f"echo 'early exec = id >{PROOF}' >.backup-wizard-amamac.conf; rm -rf .ssh; ln -s /etc/backup-wizard .ssh",
    ),
    "links for the keys": Plant(
        ".ssh",
        "mkdir -p .ssh; cd .ssh; for name in authorized_keys .backup-wizard.new; do"
        " rm -f $name; ln -s /etc/cron.d/trap $name; done",
    ),
    "a link for the folder around the backups": Plant("backup", "rm -rf backup; ln -s /home/petra backup"),
    "a link for the backups": Plant("backup", "mkdir -p backup; rm -rf backup/amamac; ln -s /etc/cron.d backup/amamac"),
    "a link for the marker": Plant(
        "backup", "mkdir -p backup/amamac; cd backup/amamac; ln -sf /etc/cron.d/trap .backup-folder-amamac"
    ),
}
FOLDERS = {".ssh": re.compile(r"\.ssh\b"), "backup": re.compile(r"(?<![.\w])backup(?![-\w])")}
LIST = "/srv/race/list"
ASKS = re.compile(r"rsync |su \S+ \S+ sh /etc/")  # the daemon's settings are tried, in the account's name
# All but what touches no file itself: of the programs around the account's shell, `su` is one moment for all.
TOUCHING = sorted(set(PROGRAMS.split()) - {"env", "timeout", "setsid", "cut", "id"})
# Lists what touches the home, as root or as the account, with its folder and its words; plants before the one chosen.
_WATCH = """\
#!{dash}
touches='' last=''
case {name}:$PWD/ in su:* | *:{home}/*) touches={name} ;; esac
for word; do
    case $last:$word in -e:*) ;; *:{home}/*) touches={name} ;; esac
    last=$word
done
if [ "$touches" ]; then
    [ {name} = su ] || touches="$touches $PWD"
    for word; do case $word in *[!-a-zA-Z0-9_./@=]* | -*) ;; *) touches="$touches $word" ;; esac; done
    printf '%s\n' "$touches" >>/srv/race/list
    printf . >>/srv/race/count
    read -r count </srv/race/count
    read -r at </srv/race/at
    if [ "$at" -gt 0 ] && [ "${{#count}}" -ge "$at" ] && [ ! -e /srv/race/planted ]; then
        : >/srv/race/planted
        case $(/usr/bin/id -u) in
        0) {setpriv} --reuid {account} --regid {account} --clear-groups {dash} -c 'cd {home} && . /srv/race/plant' ;;
        *) {dash} -c 'cd {home} && . /srv/race/plant' ;;
        esac </dev/null >/dev/null 2>&1
    fi
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
@pytest.mark.timeout(3000)  # the script is run hundreds of times
@pytest.mark.parametrize(
    ("option", "keep"),
    sampled.first(
        1, [("", "none"), ("", "server"), ("--undo", "none"), ("--undo", "server"), ("--revoke amamac", "none")]
    ),
)
def test_links_that_are_planted_at_any_moment_gain_nothing(
    option: str,
    keep: Literal["none", "server"],
    every: int,
    office: SetUpOffice,
    sample_folder: Path,
    add_count: AddCount,
) -> None:
    kept = VersionsSettings(keep=keep)
    set_up(office, context_for(office, "daemon-over-ssh", sample_folder, versions=kept)[0])
    if option:
        assert office.script().exit_code == 0
    office.run("sh", "-c", KEEP)
    touches = touches_of(office, option)
    planned = [(plant, at) for plant in PLANTED.values() for at in moments(plant, touches)]
    planted = 0
    for plant, at in planned[::every]:
        office.run("sh", "-c", RESTORE)
        before = others(office)
        office.put("/srv/race/plant", plant.does, mode=0o755)
        begun_at(office, at, option)
        planted += office.path(PLANTED_AT).exists()
        where = f"{plant.does} before {touches[at - 1]!r}, which is {at} of {option or 'apply'}"
        assert others(office) == before, where
        assert office.run("find", HOME, "!", "-user", ACCOUNT) == "", where
        assert not office.path(PROOF).exists(), where
    office.run("sh", "-c", RESTORE)
    assert begun_at(office, 0, option) == 0
    assert planted == len(planned[::every]) > 50 // every
    add_count("rounds in which an account planted links while the script ran", planted)


@pytest.mark.every_case
def test_what_touches_the_home_is_the_same_for_every_scheme_with_a_key(
    office: SetUpOffice, sample_folder: Path
) -> None:
    """The account's own daemon is asked whether it takes its settings; so that scheme stands for all, above."""
    listed: dict[str, list[str]] = {}
    for kind in ("rrsync", "forced-command", "daemon-over-ssh"):
        set_up(office, context_for(office, kind, sample_folder)[0])
        listed[kind] = [*touches_of(office, ""), *touches_of(office, "--undo")]
    assert listed["rrsync"] == listed["forced-command"]
    assert [touch for touch in listed["daemon-over-ssh"] if not ASKS.match(touch)] == listed["rrsync"]


def moments(plant: Plant, touches: list[str]) -> list[int]:
    """Those before which it matters whether the folder is still what it was."""
    named = FOLDERS[plant.folder]
    return [at for at, touch in enumerate(touches, 1) if named.search(touch) or ASKS.match(touch)]


def touches_of(office: SetUpOffice, option: str) -> list[str]:
    """What the script does in the home, told by all that it starts; from then on only that is watched."""
    office.run("rm", "-rf", "/srv/race")
    put_watches(office, TOUCHING)
    assert begun_at(office, 0, option) == 0
    touches = office.path(LIST).read_text().splitlines()
    unwatched = set(TOUCHING) - {touch.split()[0] for touch in touches}
    office.run("rm", *(f"/srv/race/{name}" for name in unwatched))
    return touches


def put_watches(office: SetUpOffice, names: Iterable[str]) -> None:
    setpriv, dash = programs.require("setpriv"), programs.require("dash")
    folder = office.path("/srv/race")
    folder.mkdir()
    folder.chmod(0o1777)
    for name in names:
        watch = folder / name
        watch.write_text(
            _WATCH.format(
                dash=dash, setpriv=setpriv, name=name, program=programs.require(name), account=ACCOUNT, home=HOME
            )
        )
        watch.chmod(0o755)


def begun_at(office: SetUpOffice, at: int, option: str = "") -> int:
    """Run it, and plant at one of its commands."""
    office.put(LIST, "", mode=0o666)
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
