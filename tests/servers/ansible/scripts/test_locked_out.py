"""The playbook's script that asks the setup script's list who was locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts.running import run

if TYPE_CHECKING:
    from tests.support.servers.office import Office

LIST = "/var/lib/backup-wizard/made"
LOST, OTHER = "AAAAB3lost", "AAAAB3other"
MADE = (
    "OFFICE\\amanda amamac backup yes\n"
    f"OFFICE\\amanda amamac revoked 1700000000 AAAAB3older {LOST}\n"
    "bob bobpc backup yes\n"
    "bob shared revoked 1700000000\n"
)


def asked(account: str, name: str, key: str, order: str = "put") -> list[str]:
    lines = ["#   why", f'command="/bin/true {key}x",restrict ssh-rsa {key} of somebody AAAAx'] if key else []
    return ["3", account, name, order, str(len(lines)), *lines]


def out(name: str, why: str, whose: str) -> str:
    return f"3 out {name} is not let in: it {why}. To take that back, run its setup script with --readmit {whose}\n"


WAS = "was locked out"
HAS = "has a key of amamac, which was locked out"
ASK = "amamac was locked out with another key. Ask its owner whether they sent this. Only if so: -e new_keys={}\n"


@pytest.mark.parametrize(
    ("account", "name", "key", "said"),
    [
        ("OFFICE\\amanda", "amamac", LOST, out("amamac", WAS, "amamac")),
        ("OFFICE\\amanda", "amamac", "AAAAB3older", out("amamac", WAS, "amamac")),
        ("OFFICE\\amanda", "amamac", "", out("amamac", WAS, "amamac")),
        ("OFFICE\\amanda", "second", LOST, out("second", HAS, "amamac")),
        ("bob", "bobpc", LOST, out("bobpc", HAS, "amamac")),
        ("OFFICE\\amanda", "amamac+restore", LOST, out("amamac+restore", HAS, "amamac")),
        ("OFFICE\\amanda", "amamac", OTHER, ASK.format("amamac")),
        ("OFFICE\\amanda", "amamac+restore", OTHER, ASK.format("amamac+restore")),
        ("bob", "shared", "", out("shared", WAS, "shared")),
        ("bob", "amamac", OTHER, ""),
        ("OFFICE", "amanda amamac", OTHER, ""),
        ("bob", "bobpc", OTHER, ""),
        ("bob", "bobpc", "AAAAB3", ""),  # a part of one is another key
    ],
)
def test_who_is_not_let_in_and_why(account: str, name: str, key: str, said: str, office: Office) -> None:
    assert run(office, "find_locked_out", told=asked(account, name, key)) == (0, "")  # without any list
    office.put(LIST, MADE)
    assert run(office, "find_locked_out", told=asked(account, name, key)) == (0, said)
    assert office.path(LIST).read_text() == MADE


def test_another_key_that_was_agreed_to_is_put_into_the_list_once(office: Office) -> None:
    office.put(LIST, MADE)
    told = asked("OFFICE\\amanda", "amamac", OTHER, "replace")
    assert run(office, "find_locked_out", told=told) == (0, "3 anew\n")
    assert office.path(LIST).read_text() == MADE
    assert run(office, "find_locked_out", "note", told=told) == (0, "3 anew\n")
    noted = f"{MADE}OFFICE\\amanda amamac anew {OTHER}\n"
    assert office.path(LIST).read_text() == noted
    for order in ("put", "replace"):
        again = asked("OFFICE\\amanda", "amamac", OTHER, order)
        assert run(office, "find_locked_out", "note", told=again) == (0, "")
    assert run(office, "find_locked_out", told=asked("OFFICE\\amanda", "amamac", LOST))[1].startswith("3 out ")
    assert office.path(LIST).read_text() == noted
