"""Before OpenSSH 8.4, the script shuts passwords out at the end of sshd's settings; test_ansible_changes has more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import context_for, set_up
from tests.support.quick import sampled
from tests.support.servers import old_sshd, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG, FILE = "/etc/ssh/sshd_config", f"/etc/ssh/sshd_config.d/backup-wizard-{ACCOUNT}.conf"
END = f"# backup-wizard end account {ACCOUNT}\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        yield running


def shuts_passwords(office: SetUpOffice) -> bool:
    said = office.run(f"{old_sshd.FOLDER}/sshd", "-T", "-C", f"user={ACCOUNT},host=x,addr=192.0.2.1")
    return "passwordauthentication no" in said


@pytest.mark.parametrize("shell", sampled.first(1, ["dash", "busybox"]))
def test_the_script_knows_it_by_its_version(shell: str, office: SetUpOffice, sample_folder: Path) -> None:
    old_sshd.put(office)
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    checked = office.script("--check", shell=shell, path=old_sshd.FOLDER)
    applied = office.script(shell=shell, path=old_sshd.FOLDER)
    assert applied.exit_code == 0, applied.stderr
    assert applied.changes == checked.changes
    assert shuts_passwords(office)
    assert office.path(CONFIG).read_text().endswith(END)
    assert not office.path(FILE).exists()
    assert office.script(shell=shell, path=old_sshd.FOLDER).changes == []
    assert office.script("--undo", shell=shell, path=old_sshd.FOLDER).exit_code == 0
    assert office.standing() == before


@pytest.mark.every_case
def test_the_script_sees_it_where_the_version_says_nothing(office: SetUpOffice, sample_folder: Path) -> None:
    old_sshd.put(office, version="another make")
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    applied = office.script(path=old_sshd.FOLDER)
    assert applied.exit_code == 0, applied.stderr
    assert shuts_passwords(office)
    assert office.path(CONFIG).read_text().endswith(END)
    assert not office.path(FILE).exists()
    assert office.script(path=old_sshd.FOLDER).changes == []
    assert office.script("--undo", path=old_sshd.FOLDER).exit_code == 0
    assert office.standing() == before


@pytest.mark.every_case
def test_a_file_that_has_no_effect_moves(office: SetUpOffice, sample_folder: Path) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    assert office.script().exit_code == 0
    assert office.path(FILE).exists()
    old_sshd.put(office)
    assert not shuts_passwords(office)
    assert office.script(path=old_sshd.FOLDER).exit_code == 0
    assert shuts_passwords(office)
    assert not office.path(FILE).exists()
    assert office.script("--undo", path=old_sshd.FOLDER).exit_code == 0
    office.run("rm", "-r", old_sshd.FOLDER)
    assert office.standing() == before


@pytest.mark.parametrize("version", ["OpenSSH_9.2p1 Debian-2", "another make"])
def test_what_the_end_could_not_shut_either_stays_in_its_file(
    version: str, office: SetUpOffice, sample_folder: Path
) -> None:
    office.run("sh", "-c", f"printf 'Match User {ACCOUNT}\\n PasswordAuthentication yes\\n' >>{CONFIG}")
    old_sshd.put(office, version)
    config = office.path(CONFIG).read_text()
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    done = office.script(path=old_sshd.FOLDER)
    assert done.exit_code == 0, done.stderr
    assert f"sshd lets {ACCOUNT} sign in with a password from anywhere" in done.stdout
    assert office.path(CONFIG).read_text() == config
    assert office.path(FILE).exists()
