"""The setup script's --undo and its changes tell the truth: what they leave open is said, and what is foreign stays."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.script.test_script import KEYS, context_for, set_up
from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard.client import access
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.secret_service import SecretService

END = "# backup-wizard end amamac"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        yield running


@pytest.fixture
def applied(office: SetUpOffice, sample_folder: Path) -> SetUpOffice:
    """A server that was lived in, and that the script has let the backup into."""
    office.live_in()
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    done = office.script()
    assert done.exit_code == 0, done.stderr
    return office


def edit(office: SetUpOffice, expression: str) -> None:
    office.run("sed", "-i", expression, KEYS)


def test_a_missing_mark_never_makes_foreign_lines_ours(applied: SetUpOffice) -> None:
    office = applied
    edit(office, f"/^{END}/d")
    edit(office, "$a # kept by hand")
    before = office.path(KEYS).read_text()
    for option in ("--undo", "--check", ""):
        refused = office.script(option)
        assert refused.exit_code == 1, option
        assert KEYS in refused.stderr
        assert office.path(KEYS).read_text() == before
    edit(office, f"$i {END}")  # as the admin is asked to
    assert office.script("--undo").exit_code == 0
    assert office.path(KEYS).read_text().endswith("\n# kept by hand\n")
    assert "amamac" not in office.path(KEYS).read_text()


def test_lines_are_found_where_sshd_looks_now(applied: SetUpOffice) -> None:
    office = applied
    office.run("usermod", "--login", "petra", "--home", "/home/petra", "--move-home", ACCOUNT)
    edited = "/home/petra/.ssh/authorized_keys"
    office.run("sed", "-i", "s/$/\\r/", edited)
    refused = office.script("--check")
    assert refused.exit_code == 1
    assert "petra" in refused.stderr
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert "backup-wizard" not in office.path(edited).read_text()
    assert office.path(edited).read_bytes().startswith(b"# mine\r\nssh-ed25519 ")


def test_lines_are_found_without_the_list(applied: SetUpOffice) -> None:
    office = applied
    office.run("rm", "-r", "/var/lib/backup-wizard")
    undone = office.script("--undo")
    assert undone.exit_code == 0, undone.stderr
    assert office.path(KEYS).read_text().rstrip() == setting_up.FOREIGN_KEYS


def test_a_key_that_is_still_let_in_is_no_success(applied: SetUpOffice) -> None:
    office = applied
    edit(office, "/^# backup-wizard/d")
    undone = office.script("--undo")
    assert undone.exit_code == 1
    assert f"another line of {KEYS} still allows the key of amamac" in undone.stderr
    edit(office, "/^restrict/d")
    assert office.script("--undo").exit_code == 0


@pytest.mark.every_case
def test_a_changed_scheme_shuts_what_the_former_one_opened(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.live_in()
    office.start_daemon()
    for kind in ("daemon", "daemon-over-ssh", "rrsync", "daemon"):
        set_up(office, context_for(office, kind, sample_folder)[0])
        if kind == "daemon-over-ssh":  # also where the list is lost
            office.run("rm", "-r", "/var/lib/backup-wizard")
        done = office.script()
        assert done.exit_code == 0, done.stderr
        assert office.script().changes == []
        is_open = {
            "daemon": "[amanda]" in office.path("/etc/rsyncd.conf").read_text(),
            "daemon-over-ssh": office.path(f"/etc/backup-wizard/amamac@{ACCOUNT}.conf").exists(),
            "rrsync": "command=" in office.path(KEYS).read_text() and kind == "rrsync",
        }
        assert [scheme for scheme, there in is_open.items() if there] == [kind]
        assert office.path("/etc/rsyncd-amamac.secrets").exists() is (kind == "daemon")
    assert office.script("--undo").exit_code == 0
    assert office.path(KEYS).read_text().rstrip() == setting_up.FOREIGN_KEYS
    assert office.path("/etc/rsyncd.conf").read_text().rstrip() == setting_up.FOREIGN_SETTINGS


def test_what_the_admin_has_changed_by_hand_is_shown_and_not_opened_again(applied: SetUpOffice) -> None:
    office = applied
    edit(office, "s/^restrict/#restrict/")  # shut for now
    before = office.path(KEYS).read_text()
    for option in ("--check", ""):
        refused = office.script(option)
        assert refused.exit_code == 1
        assert f"{KEYS}: someone changed the lines of amamac by hand" in refused.stderr
        assert "#restrict" in refused.stderr
        assert office.path(KEYS).read_text() == before
    assert office.script("--undo").exit_code == 0
    assert "amamac" not in office.path(KEYS).read_text()


def test_a_foreign_key_between_our_marks_is_not_lost(applied: SetUpOffice) -> None:
    office = applied
    key = setting_up.FOREIGN_KEYS.splitlines()[1]
    edit(office, f"/^{END}/i {key.replace('laptop', 'phone')}")
    refused = office.script("--undo")
    assert refused.exit_code == 1
    assert "there is another key" in refused.stderr
    assert "phone" in office.path(KEYS).read_text()


def test_connections_are_ended_with_the_account_or_named(office: SetUpOffice, sample_folder: Path) -> None:
    context, admitted = context_for(office, "login", sample_folder)
    set_up(office, context)
    for made in (True, False):
        if not made:
            office.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", ACCOUNT)
        assert office.script().exit_code == 0
        ssh = over_ssh.ssh_command(context.profile, admitted.facts)
        argv = [*ssh, "--", context.profile.server.host, "echo in; exec cat"]
        with subprocess.Popen(
            argv, env=access.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as session:
            assert session.stdout
            assert session.stdout.readline() == "in\n"
            undone = office.script("--undo")
            assert undone.exit_code == 0, undone.stderr
            if made:
                assert session.wait(20) != 0
                assert ACCOUNT not in office.path("/etc/passwd").read_text()
            else:
                assert "still connected, perhaps with the key of amamac: process " in undone.stdout
                assert session.poll() is None
                session.communicate("")


@pytest.mark.parametrize(("shell", "more"), sampled.first(1, [("dash", ".cache/own"), ("dash", ""), ("busybox", "")]))
def test_what_pam_wrote_into_a_home_does_not_keep_it(
    shell: str, more: str, office: SetUpOffice, sample_folder: Path
) -> None:
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    before = office.standing()
    assert office.script().exit_code == 0
    office.as_account(f"mkdir .cache && : >.cache/motd.legal-displayed {more and f'>{more}'}")
    undone = office.script("--undo", shell=shell)
    assert undone.exit_code == 0, undone.stderr
    if more:
        left = [path for path in office.standing() if path not in before]
        assert left == [f"/home/{ACCOUNT}", f"/home/{ACCOUNT}/.cache", f"/home/{ACCOUNT}/{more}"]
    else:
        assert office.standing() == before


def test_a_module_for_other_addresses_is_no_fault(
    office: SetUpOffice, sample_folder: Path, secret_service: SecretService
) -> None:
    office.live_in()
    office.start_daemon()
    set_up(office, context_for(office, "daemon", sample_folder, scheme={"from": ("192.0.2.7",)})[0])
    done = office.script()
    assert done.exit_code == 0, done.stderr


def test_passwords_for_the_users_network_are_noticed(office: SetUpOffice, sample_folder: Path) -> None:
    office.run("useradd", "--create-home", "-p", "$6$salt$hash", "-s", "/bin/sh", ACCOUNT)
    config = "/etc/ssh/sshd_config"
    office.run("sed", "-i", "s/^PasswordAuthentication yes/PasswordAuthentication no/", config)
    set_up(office, context_for(office, "rrsync", sample_folder)[0])
    assert "password" not in office.script("--check").stdout
    for network, asked in (("192.168.0.0/16", "192.168.0.0"), ("!10.0.0.1,10.*", "10.1.1.1"), ("fd00:*", "fd00::1")):
        office.run("cp", config, "/srv/config")
        block = f"Match Address {network}\n    PasswordAuthentication yes\n"
        office.put("/etc/ssh/sshd_config.d/office.conf", block, mode=0o644)
        assert f"sshd lets amanda sign in with a password from {asked}" in office.script("--check").stdout
        office.run("rm", "/etc/ssh/sshd_config.d/office.conf")
    # Where nobody can have a password, it is shut there, too.
    office.run("usermod", "-p", "*", ACCOUNT)
    office.put("/etc/ssh/sshd_config.d/office.conf", block, mode=0o644)
    assert office.script().exit_code == 0
    where = f"user={ACCOUNT},host=x,addr=fd00::1"
    assert "passwordauthentication no" in office.run(programs.require("sshd"), "-T", "-C", where)


def test_check_foretells_what_would_stop_it(office: SetUpOffice, sample_folder: Path) -> None:
    contexts = {name: context_for(office, "rrsync", sample_folder, name)[0] for name in ("one", "two")}
    nested = context_for(office, "rrsync", sample_folder, "two", f"{placing.ROOT}/one")[0]
    set_up(office, contexts["one"])

    def is_foretold(words: str) -> None:
        before = office.snapshot()
        for option in ("--check", ""):
            refused = office.script(option)
            assert refused.exit_code == 1
            assert words in refused.stderr
            assert office.snapshot() == before

    office.run("groupadd", ACCOUNT)
    is_foretold("the group amanda exists")
    office.run("groupdel", ACCOUNT)
    office.live_in()
    for place in (KEYS, f"/home/{ACCOUNT}/.ssh"):
        office.run("chattr", "+i", place)
        is_foretold(f"can't change {KEYS}")
        office.run("chattr", "-i", place)
    set_up(office, contexts["one"], nested)
    is_foretold("is inside the folder of the backup one")
    set_up(office, contexts["one"])
    assert office.script().exit_code == 0
    set_up(office, nested)
    is_foretold("is inside the folder of the backup one")
