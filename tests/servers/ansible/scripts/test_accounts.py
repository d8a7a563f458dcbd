"""The playbook's scripts that look at an account: its sshd settings, its sessions, what else it has."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.servers.ansible.scripts.running import (
    KEYS_FILE,
    looked,
    run,
    said,
)

if TYPE_CHECKING:
    from tests.support.servers.office import Office


def test_sshd_is_asked_where_it_looks(office: Office) -> None:
    for settings, files in (
        ("", ["/home/amanda/.ssh/authorized_keys", "/home/amanda/.ssh/authorized_keys2"]),
        ("AuthorizedKeysFile /etc/ssh/keys/%u %h/keys", ["/etc/ssh/keys/amanda", "/home/amanda/keys"]),
        ("AuthorizedKeysFile none", []),
        ("AuthorizedKeysFile none\nAuthorizedKeysCommand /bin/true\nAuthorizedKeysCommandUser nobody", []),
        ("Match User amanda\nAuthorizedKeysFile none", []),
        (
            "Match Address 192.168.0.0/16\nAuthorizedKeysFile /etc/a",
            [*[f"{KEYS_FILE}{two}" for two in ("", "2")], "/etc/a"],
        ),
    ):
        office.put("/etc/ssh/sshd_config", f"HostKey /etc/backup-wizard-test-host-key\n{settings}\n", mode=0o644)
        found = looked(office, "amanda")
        assert (found["accounts"]["amanda"]["key_files"], found["problems"]) == (files, [])
    office.put("/etc/ssh/sshd_config", "Nonsense\n")
    (problem, *_) = looked(office, "amanda")["problems"]
    assert "Nonsense" in problem


def test_passwords_for_the_users_network_alone_are_noticed(office: Office) -> None:
    config = "HostKey /etc/backup-wizard-test-host-key\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
    office.put("/etc/ssh/sshd_config", config, mode=0o644)
    assert looked(office, "amanda")["accounts"]["amanda"]["open_from"] == []
    office.put(
        "/etc/ssh/sshd_config", f"{config}Match Group users Address 10.*,192.168.0.0/16\nPasswordAuthentication yes\n"
    )
    assert looked(office, "amanda")["accounts"]["amanda"]["open_from"] == []
    office.run("usermod", "-aG", "users", "amanda")
    assert looked(office, "amanda")["accounts"]["amanda"]["open_from"] == ["10.1", "192.168.0.0"]


def test_who_is_signed_in_is_named(office: Office) -> None:
    office.run("cp", "/bin/cat", "/home/sshd")
    for program, is_named in (("/home/sshd", True), ("/bin/cat", False)):
        argv = ["setpriv", "--reuid", "amanda", "--clear-groups", program]
        with subprocess.Popen(office.inside(*argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
            assert session.stdin
            assert session.stdout
            session.stdin.write(b"\n")
            session.stdin.flush()
            assert session.stdout.read(1) == b"\n"
            # And those of other tests, whose account has her number.
            code, named = run(office, "find_sessions", told=["amanda", "find out whose"])
            assert (code, str(session.pid) in named.split()) == (0, is_named)
            assert not named or named.endswith(" (find out whose)\n")
            session.stdin.close()


def test_only_an_account_with_nothing_of_its_own_is_found_empty(office: Office) -> None:
    asked = ("look_for_more", "omar", ".", "/srv/backup/omarpc")
    assert said(office, *asked) == (0, "| nothing\n")
    for make in ("/home/omar/more", "/srv/backup/omarpc"):
        office.run("mkdir", "-p", make)
        assert said(office, *asked) == (0, "")
        office.run("rmdir", make)


def test_what_pam_wrote_into_a_home_is_nothing_of_its_own(office: Office) -> None:
    asked = ("look_for_more", "omar", ".", "/srv/backup/omarpc")
    office.run("install", "-d", "-o", "omar", "/home/omar/.cache")
    office.put("/home/omar/.cache/motd.legal-displayed", "", owner="omar")
    assert said(office, *asked) == (0, "| nothing\n")
    for more in ("/home/omar/.cache/own", "/home/omar/letter.txt"):
        office.put(more, "", owner="omar")
        assert said(office, *asked) == (0, "")
        office.run("rm", more)
    office.run("mv", "/home/omar/.cache/motd.legal-displayed", "/home/omar/.cache/own")
    assert said(office, *asked) == (0, "")
    office.put("/usr/local/bin/diff", "#!/bin/sh\nexit 2\n", mode=0o755)
    office.run("rm", "-r", "/home/omar/.cache")
    assert said(office, *asked) == (0, "")
