"""The setup script against an account that sets traps in its home, and against a server in a bad way."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import KEYS, context_for, set_up
from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import setting_up
from tests.support.servers.setting_up import SCRIPT, SetUpOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOME = "/home/amanda"
TRAPS = {
    "a link for the keys": "mkdir -m 700 .ssh; ln -s /etc/shadow .ssh/authorized_keys",
    "a link for .ssh": "ln -s /etc .ssh",
    "a link that leads nowhere": "mkdir -m 700 .ssh; ln -s /etc/cron.d/trap .ssh/authorized_keys",
    "a pipe for the keys": "mkdir -m 700 .ssh; mkfifo .ssh/authorized_keys",
    "a folder for the keys": "mkdir -m 700 .ssh; mkdir .ssh/authorized_keys",
    "a link for the backups": "ln -s /etc/cron.d backup-parent",
    "a link to the way in for the backups": "mkdir -m 700 .ssh; ln -s .ssh backup-parent",
    "endless keys": "mkdir -m 700 .ssh; truncate -s 16M .ssh/authorized_keys",
    "bytes for the keys": "mkdir -m 700 .ssh; printf 'a\\000b' >.ssh/authorized_keys",
    "half of our marks": "mkdir -m 700 .ssh; echo '# backup-wizard begin amamac' >.ssh/authorized_keys",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path)) as running:
        running.start_sshd()
        yield running


def test_an_account_that_sets_traps_in_its_home_gets_nothing_by_them(office: SetUpOffice, sample_folder: Path) -> None:
    plain = context_for(office, "rrsync", sample_folder)[0]
    set_up(office, plain)
    office.run("cp", "-a", HOME, "/srv/home")
    for name, trap in TRAPS.items():
        office.as_account(trap)
        if "backups" in name:
            set_up(office, context_for(office, "rrsync", sample_folder, root="backup-parent/deep")[0])
        before = office.snapshot()
        refused = office.script()
        assert refused.exit_code == 1, f"{name}: {refused.stdout}"
        assert "backup-wizard: " in refused.stderr
        assert office.snapshot() == before, name
        office.run("sh", "-c", f"rm -rf {HOME} && cp -a /srv/home {HOME}")
        set_up(office, plain)


def test_what_is_in_a_home_and_not_the_account_s_is_left_to_the_admin(office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    office.authorize(setting_up.FOREIGN_KEYS)
    office.run("chown", "-R", "root:root", f"{HOME}/.ssh")
    office.run("chmod", "755", f"{HOME}/.ssh")
    for _ in range(2):  # the folder is root's, then the folder of the backups too
        before = office.snapshot()
        for option in ("--check", ""):
            refused = office.script(option)
            assert refused.exit_code == 1
            assert HOME in refused.stderr
            assert office.snapshot() == before
        office.run("install", "-d", "-m", "755", f"{HOME}/backup")


def test_what_keeps_the_backup_out_is_warned_of(office: SetUpOffice, sample_folder: Path) -> None:
    context = context_for(office, "rrsync", sample_folder)[0]
    office.run("usermod", "-s", "/usr/sbin/nologin", "-p", "!", "amanda")
    office.run("chmod", "777", HOME)
    office.authorize(f"{context.setup.key_lines[0].key}\n")
    set_up(office, context)
    shadow = office.path("/etc/shadow").read_text()
    done = office.script()
    assert done.exit_code == 0
    for sign in (
        "the login shell /usr/sbin/nologin blocks rsync",
        "the account is locked",
        f"chmod go-w {HOME}",
        f"another line of {KEYS} has the same key",
    ):
        assert sign in done.stdout
    assert office.path("/etc/shadow").read_text() == shadow
    assert office.run("stat", "-c", "%U %a", HOME) == "amanda 777\n"


@pytest.mark.parametrize("failing", sampled.first(1, ["mv", "sync", "sshd"]))
def test_a_step_that_fails_takes_back_what_is_new(failing: str, office: SetUpOffice, sample_folder: Path) -> None:
    office.run("userdel", "-r", "amanda")
    set_up(office, context_for(office, "daemon-over-ssh", sample_folder)[0])
    # It fails where the key is put in place, or sshd is told of it, which is last.
    said = {
        "mv": "case $* in *authorized_keys*) exit 1 ;; esac",
        "sync": "case $PWD in *.ssh) exit 1 ;; esac",
        "sshd": "test ! -e /etc/ssh/sshd_config.d/backup-wizard-amanda.conf || exit 1",
    }[failing]
    real = programs.require(failing)
    office.put(f"/srv/broken/{failing}", f'#!/bin/sh\n{said}\nexec {real} "$@"\n', mode=0o755)
    before = office.standing()
    failed = office.script(path="/srv/broken")
    assert failed.exit_code == 1
    assert "the changes are undone" in failed.stderr
    assert office.standing() == before


def test_a_full_or_read_only_disk_leaves_all_as_it_was(office: SetUpOffice, sample_folder: Path) -> None:
    office.run("userdel", "-r", "amanda")
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before, standing = office.snapshot(), office.standing()
    office.run("mount", "-o", "remount,ro,bind", "/etc")
    refused = office.script()
    assert refused.exit_code == 1
    assert "the disk is read-only" in refused.stderr
    office.run("mount", "-o", "remount,rw,bind", "/etc")
    assert office.snapshot() == before

    office.run("mount", "-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs", "/home")
    office.run("sh", "-c", "head -c 8000 /dev/zero >/home/filler; cat /dev/zero >/home/rest || :")
    full = office.script()
    assert full.exit_code == 1
    assert "the changes are undone" in full.stderr
    office.run("umount", "/home")
    assert office.standing() == standing


def test_only_root_and_only_one_at_a_time(office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    office.path(SCRIPT).chmod(0o755)
    argv = office.inside("setpriv", "--reuid", "amanda", "--clear-groups", "sh", SCRIPT)
    refused = subprocess.run(argv, capture_output=True, text=True)
    assert refused.returncode == 77
    assert "only root" in refused.stderr
    for wrong in ("--frob", "apply"):
        assert office.script(wrong).exit_code == 2
    assert "--undo" in office.script("--help").stdout
    assert not office.path("/var/lib/backup-wizard").exists()

    office.run("mkdir", "/var/lib/backup-wizard")
    before = office.snapshot()
    hold = office.inside("flock", "/var/lib/backup-wizard/lock", "sh", "-c", "echo held; exec cat")
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        refused_too = office.script()
        assert refused_too.exit_code == 1
        assert "another run of this script is active" in refused_too.stderr
        other.communicate("")
    after = office.snapshot()
    after.pop("/var/lib/backup-wizard/lock")
    assert after.keys() == before.keys()
