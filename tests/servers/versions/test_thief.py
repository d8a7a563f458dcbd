"""Whoever has the account, with a shell: nothing of a version changes by that, and nothing of root's gets into one."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import processes
from tests.support.data.trees import tree
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import CLOCKS, LINK, NAME, PROGRAM, VersionedOffice

if TYPE_CHECKING:
    from tests.support.data.trees import Entry

SECRET = "a secret of root's"
_BACKUP = """
mkdir folder open
echo letter >folder/letter
echo quiet >folder/quiet
echo mine >open/mine
ln open/mine open/also
chmod 4755 folder/letter
chmod 666 open/mine
chmod 3777 open
mkfifo pipe
ln -s /etc/shadow shadow
"""
# Each is a try of the account's own shell, in the folder of the newest version's content.
_TRIES = (
    "echo x >>folder/letter",
    "echo x >>open/mine",
    "chmod 777 folder/letter",
    "chmod 777 folder",
    "chown {account} folder/letter",
    "touch -d 2001-01-01 folder/letter",
    "rm -f folder/letter",
    "rm -rf .",
    "mv folder other",
    "echo x >open/new",
    "ln -s / open/link",
    "mv ../../daily.0 ../../daily.1",
    "rmdir ../../../{name}",
    "mv ../../../{name} ../../../other",
    "ln folder/letter {live}/hard; echo x >>{live}/hard; chmod 777 {live}/hard",
    "ln open/mine {live}/hard2; rsync --inplace {live}/folder/letter {live}/hard2",
    "truncate -s 0 open/mine",
    "rsync -rlt --inplace --delete /etc/hostname .",
    # Without the group, the rights of all others would count, in a folder that one is in already.
    "unshare --user --map-auto --map-root-user setpriv --clear-groups --regid 1 sh -c 'echo x >>open/mine; >open/new'",
    "unshare --user --map-root-user sh -c 'chmod 777 folder; mount --bind {live} folder; echo x >folder/letter'",
    # What the live folder's files share, they share with no version.
    "cd {live} && echo x >>folder/letter && chmod 600 folder/letter && touch -d 2001-01-01 folder/letter",
    "cd {live} && echo y >mine && rsync --inplace mine open/mine",
    "cd {live} && rsync -rlt --inplace --ignore-times folder/ open/",
)


def versions(office: VersionedOffice) -> dict[str, Entry]:
    """All that is where the versions are."""
    return tree(office.path(office.place))


def attempt(office: VersionedOffice, script: str) -> None:
    """Try as the account what may well fail."""
    as_account = ["setpriv", "--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups", "env", f"HOME=/home/{ACCOUNT}"]
    subprocess.run(office.inside(*as_account, "sh", "-c", script), capture_output=True, stdin=subprocess.DEVNULL)


def test_the_account_changes_nothing_of_a_version(office: VersionedOffice) -> None:
    office.back_up(_BACKUP)
    office.make(1)
    before = versions(office)
    content = office.versions()[1]
    seen = f"{LINK}/{content.parent.name}/files"
    assert office.as_account(f"cat {seen}/folder/letter {seen}/open/mine") == "letter\nmine\n"
    for words in _TRIES:
        attempt(office, f"cd {seen} && " + words.format(account=ACCOUNT, name=NAME, live=office.live))
        assert versions(office) == before, words
    assert "x" in office.path(f"{office.live}/folder/letter").read_text()  # what is live, it can change

    for path, entry in before.items():
        assert entry.owner[0] == 0, path
        if entry.kind != "l":
            assert not entry.mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX), path
    assert {entry.kind for entry in before.values()} == {"d", "-", "l"}
    # Another version does not change the files that it shares with the one before.
    office.back_up("chmod 600 folder/* open/mine; touch -h -d 2001-01-01 shadow; echo z >>open/mine")
    office.make(2)
    after = versions(office)
    shifted = {path.replace("daily.0", "daily.1", 1): entry for path, entry in before.items() if path != "."}
    assert shifted.items() <= after.items()


# What the account puts in the place of its folder, or of one on the way, before root comes to it.
_LINKS = {
    "the folder": "mv {name} was; ln -s /srv/secret/open {name}",
    "the folder around it": "cd ..; mv backup was; mkdir -p ../{account}/x; ln -s /srv/secret backup",
    "a folder in it": "cd {name}; mv folder was; ln -s /srv/secret/open folder",
}


@pytest.mark.parametrize("place", _LINKS)
def test_no_link_leads_root_anywhere(place: str, office: VersionedOffice) -> None:
    for folder in ("open", NAME):
        office.put(f"/srv/secret/{folder}/letter", SECRET, mode=0o644)
        office.put(f"/srv/secret/{folder}/.backup-complete", "", mode=0o644)
    office.path("/srv/secret").chmod(0o700)
    office.back_up("mkdir folder; echo mine >folder/letter")
    office.make(1)
    office.as_account(f"cd backup; {_LINKS[place].format(name=NAME, account=ACCOUNT)}")
    if place == "a folder in it":
        office.back_up()
    told = office.on_day(2)
    assert SECRET not in "".join(path.read_text() for path in office.path(office.place).rglob("letter"))
    if place == "a folder in it":
        assert office.versions()[2].joinpath("folder").is_symlink()
    else:
        assert (told.returncode, "can't be read" in told.stderr) == (1, True)
        assert office.days("daily") == [1]


def test_links_that_come_and_go_while_it_is_copied(office: VersionedOffice) -> None:
    office.put("/srv/secret/letter", SECRET, mode=0o644)
    office.path("/srv/secret").chmod(0o700)
    office.back_up(
        "mkdir -p folder; for n in $(seq 300); do echo $n >folder/$n; done; ln -s /srv/secret link; mkdir real"
    )
    swapping = f"cd {office.live}; while :; do mv -T link x; mv -T folder link; mv -T x folder; done"
    as_account = ["setpriv", "--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups", "sh", "-c", swapping]
    running = subprocess.Popen(office.inside(*as_account), stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for day in range(1, 3):
            office.on_day(day)
    finally:
        processes.end(running)

    assert not list(office.path(office.place).rglob("secret*"))
    for path in office.path(office.place).rglob("letter"):
        assert path.read_text() != SECRET


def test_the_reader_can_be_neither_traced_nor_looked_into(office: VersionedOffice) -> None:
    office.back_up("mkdir folder; echo mine >folder/letter")
    reader = subprocess.Popen(
        office.inside("sh", PROGRAM, "--reader", ACCOUNT, NAME), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline().startswith(b"@RSYNCD: ")
        reader.stdin.write(b"@RSYNCD: 31.0 md5\nlive\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == b"@RSYNCD: OK\n"
        uid = office.as_account("id -u").strip()
        own = [f"/proc/{pid}/status" for pid in [reader.pid, *processes.descendants(reader.pid)]]
        found = office.run("sh", "-c", f"grep -l '^Uid:[[:space:]]*{uid}[[:space:]]' {' '.join(own)} || :").split()
        assert len(found) == 1
        process = found[0].removesuffix("/status")
        assert office.run("readlink", f"{process}/root") == f"{office.live}\n"
        for entry in ("cwd", "root", "exe", "fd/0"):
            refused = subprocess.run(
                office.inside(
                    "setpriv", "--reuid", ACCOUNT, "--regid", ACCOUNT, "--init-groups", "readlink", f"{process}/{entry}"
                ),
                capture_output=True,
            )
            assert refused.returncode == 1, entry
        attempt(office, f"cat {process}/mem >/tmp/memory-of-{uid}")
        attempt(office, f"cat {process}/environ >/tmp/environment-of-{uid}")
    finally:
        processes.end(reader)


def test_an_account_that_shares_its_group_gets_no_versions(office: VersionedOffice) -> None:
    """Whoever is in it could read what is kept."""
    office.back_up("mkdir folder; echo mine >folder/letter")
    for change, back in (
        ("useradd -M -g amanda petra", "userdel petra"),
        ("useradd -M petra; gpasswd -a petra amanda", "userdel petra"),
    ):
        office.run("sh", "-c", change)
        told = office.on_day(1)
        assert (told.returncode, "petra" in told.stderr, "usermod -g" in told.stderr) == (1, True, True)
        with pytest.raises(AssertionError, match="usermod -g"):
            office.settle()
        office.run("sh", "-c", f"{back}; rm -f /var/lib/backup-wizard/versions-work/amanda/amamac/told")
    # A domain's server knows all accounts, and names none of those in the group for all.
    passwd = office.path("/etc/passwd").read_text()
    known = next(line for line in passwd.splitlines() if line.startswith(f"{ACCOUNT}:"))
    number = known.split(":")[3]
    getent = (
        f'case "$*" in "passwd {ACCOUNT}") echo {known};; "group {number}") echo "domain users:*:{number}:";; esac\n'
    )
    office.put(f"{CLOCKS}/getent", f"#!/bin/sh\n{getent}", mode=0o755)
    office.put("/etc/passwd", passwd.replace(f"{known}\n", ""), mode=0o644)
    assert "domain users" in office.on_day(1).stderr
    office.put("/etc/passwd", passwd, mode=0o644)
    office.run("rm", f"{CLOCKS}/getent")
    office.make(1)
    assert office.days("daily") == [1]


def test_folders_that_are_open_are_refused(office: VersionedOffice) -> None:
    office.back_up("mkdir folder; echo mine >folder/letter")
    for folder in (office.place, f"{office.place}/..", f"{office.place}/../.."):
        mode = office.run("stat", "-c", "%a", folder).strip()
        office.run("chmod", "777", folder)
        assert office.on_day(1).returncode == 1, folder
        office.run("chmod", mode, folder)
    assert office.days("daily") == []


def test_no_name_hides_a_mass_change(office: VersionedOffice) -> None:
    office.back_up("mkdir folder; for n in $(seq 30); do echo $n >folder/$n; done")
    office.make(1)
    # What rsync passes over, it names in its log: here with something in it like a line of that log.
    line = "[1] Number of files: 9,999 (reg: 9,999, dir: 1)"
    office.back_up(f"rm -r folder; mkdir -p 'x\n2027/01'; mkfifo 'x\n2027/01/04 03:00:00 {line}'; echo >'y\n{line}'")
    assert office.on_day(2).returncode == 1
    assert office.state()["held"]
